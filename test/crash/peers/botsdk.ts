// A bridge as one writes it on matrix-bot-sdk: what is said in a room goes to its chat on the network, and the other way
// round. It keeps what the library keeps, and nothing else.

import { Appservice, type IAppserviceRegistration, SimpleFsStorageProvider } from '@vector-im/matrix-bot-sdk';
import { orders, tell } from '../children/orders.ts';
import { openLine, readPeerConfig } from './line.ts';

interface Message {
  readonly sender: string;
  readonly content: { readonly msgtype?: string; readonly body?: string };
}

await orders();
const { homeserverUrl, domain, registration, port, networkPort, chats } = readPeerConfig();
const byName = new Map(chats.map((chat) => [chat.name, chat]));
const byRoom = new Map(chats.map((chat) => [chat.room, chat]));

const appservice = new Appservice({
  port,
  bindAddress: '127.0.0.1',
  homeserverName: domain,
  homeserverUrl,
  registration: registration as unknown as IAppserviceRegistration,
  storage: new SimpleFsStorageProvider('peer-store.json'),
});

const say = openLine(networkPort, (name, text) => {
  const chat = byName.get(name);
  if (!chat) return;
  appservice
    .getIntentForUserId(chat.ghost)
    .sendText(chat.room, text)
    .catch((error: unknown) => console.error(error));
});

appservice.on('room.message', (room: string, { sender, content }: Message) => {
  const chat = byRoom.get(room);
  if (!chat || appservice.isNamespacedUser(sender) || content.msgtype !== 'm.text') return;
  say(chat.name, content.body ?? '');
});

await appservice.begin();
tell({ type: 'ready' });
