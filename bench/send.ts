// send.ratio: messages a second through the Matrix port, against raw undici with the same bodies, 32 at a time, to one
// server that answers at once. Corpus: texts of some 60 letters, every fourth with bold words, by 32 ghosts in 32 rooms.

import { request } from 'undici';
import type { MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../src/bridge/ids.ts';
import type { Content } from '../src/bridge/events.ts';
import { Secret } from '../src/bridge/secret.ts';
import { systemClock } from '../src/clock.ts';
import { openLog } from '../src/log.ts';
import { toMessageContent } from '../src/matrix/content.ts';
import { type MatrixSide, openMatrix } from '../src/matrix/matrix.ts';
import { type Bench, format } from './report.ts';
import { Child } from './support/child.ts';
import { atOnce, compare } from './support/rounds.ts';

interface Message {
  readonly room: RoomId;
  readonly ghost: MatrixUserId;
  readonly content: Content;
  /** The same, ready to be sent. */
  readonly body: string;
}

const AT_ONCE = 32;
const AS_TOKEN = 'as-token';
const HEADERS = { authorization: `Bearer ${AS_TOKEN}`, 'content-type': 'application/json' };

export const send: Bench = async () => {
  const sink = await Child.start<{ port: number }>(new URL('children/sink-server.ts', import.meta.url));
  const homeserverUrl = `http://127.0.0.1:${sink.ready.port}`;
  const matrix = await open(homeserverUrl);
  try {
    const messages = corpus(matrix);
    let count = 0;
    const viaPort = async (): Promise<void> => {
      const { room, ghost, content } = messages[count % messages.length]!;
      await matrix.send(room, ghost, content, { txnId: `r.${count++}`, at: new Date() });
    };
    const raw = async (): Promise<void> => {
      const { room, ghost, body } = messages[count % messages.length]!;
      const to = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/r.${count++}`;
      const answer = await request(`${homeserverUrl}${to}?user_id=${encodeURIComponent(ghost)}&ts=${Date.now()}`, {
        method: 'PUT',
        headers: HEADERS,
        body,
      });
      await answer.body.json();
    };
    const { ratio, subject, baseline } = await compare(
      (ms) => atOnce(AT_ONCE, ms, viaPort),
      (ms) => atOnce(AT_ONCE, ms, raw),
      { pairs: 15, ms: 500, warmUpMs: 1500 },
    );
    return {
      figures: [{ name: 'send.ratio', value: ratio, unit: '', goal: { atLeast: 0.8 } }],
      notes: [`messages a second, ${AT_ONCE} at a time: ${format(subject)}, raw ${format(baseline)}`],
    };
  } finally {
    await matrix.stop();
    await sink.stop();
  }
};

async function open(homeserverUrl: string): Promise<MatrixSide> {
  return openMatrix({
    homeserverUrl,
    domain: 'bench.example.com',
    bridgeId: 'msn',
    asToken: new Secret(AS_TOKEN),
    hsToken: new Secret('hs-token'),
    botLocalpart: 'msnbot',
    ghostPrefix: '',
    networks: ['msn' as NetworkId],
    listen: { host: '127.0.0.1', port: 0 },
    log: openLog('warn'),
    sink: {
      transaction: async () => undefined,
      ephemeral: () => undefined,
      provision: async () => ({ type: 'done' }),
    },
    clock: systemClock,
  });
}

function corpus(matrix: MatrixSide): readonly Message[] {
  return Array.from({ length: AT_ONCE }, (_, index) => {
    const content: Content = {
      type: 'text',
      runs: [
        { text: `message ${index}: the quick brown fox ` },
        { text: 'jumps over the lazy dog', ...(index % 4 === 0 && { bold: true }) },
      ],
    };
    return {
      room: `!room${index}:bench.example.com` as RoomId,
      ghost: matrix.ghostId({ network: 'msn' as NetworkId, user: `server/bob${index}@example.com` as RemoteUserId }),
      content,
      body: JSON.stringify(toMessageContent(content)),
    };
  });
}
