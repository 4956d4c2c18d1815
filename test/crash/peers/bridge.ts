// A bridge as one writes it on matrix-appservice-bridge: what is said in a room goes to its chat on the network, and the
// other way round. It keeps what the library keeps, and nothing else.

import { AppServiceRegistration, Bridge } from 'matrix-appservice-bridge';
import { orders, tell } from '../children/orders.ts';
import { openLine, readPeerConfig } from './line.ts';

await orders();
const { homeserverUrl, domain, registration, port, networkPort, chats } = readPeerConfig();
const byName = new Map(chats.map((chat) => [chat.name, chat]));
const byRoom = new Map(chats.map((chat) => [chat.room, chat]));
const ghosts = new Set(chats.map(({ ghost }) => ghost));

const service = AppServiceRegistration.fromObject(
  registration as unknown as Parameters<typeof AppServiceRegistration.fromObject>[0],
);

const bridge = new Bridge({
  homeserverUrl,
  domain,
  registration: service,
  disableStores: true, // its file database is older than this Node, and would end the process
  controller: {
    onUserQuery: () => ({}),
    onEvent: (request) => {
      const { room_id: room, sender, type, content } = request.getData();
      const chat = byRoom.get(room);
      if (!chat || ghosts.has(sender) || type !== 'm.room.message' || content['msgtype'] !== 'm.text') return;
      say(chat.name, String(content['body']));
    },
  },
});

await bridge.initialise();
const say = openLine(networkPort, (name, text) => {
  const chat = byName.get(name);
  if (!chat) return;
  bridge
    .getIntent(chat.ghost)
    .sendText(chat.room, text)
    .catch((error: unknown) => console.error(error));
});

await bridge.listen(port, '127.0.0.1');
tell({ type: 'ready' });
