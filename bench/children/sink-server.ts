// Answers every request with the same event id and an empty room, and does nothing else: whoever asks is to be the slow one.

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tellReady } from '../support/child.ts';

const BODY = '{"event_id":"$0123456789012345678901234567890123456789012","chunk":[]}';
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const HEAD_END = Buffer.from('\r\n\r\n');

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  answerAll(socket);
});
server.listen(0, '127.0.0.1', () => tellReady({ port: (server.address() as AddressInfo).port }));

function answerAll(socket: Socket): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    for (let end = requestEnd(pending); end !== undefined; end = requestEnd(pending)) {
      pending = pending.subarray(end);
      socket.write(ANSWER);
    }
  });
}

/** Where the first request ends; undefined: it has not come whole. */
function requestEnd(bytes: Buffer): number | undefined {
  const head = bytes.indexOf(HEAD_END);
  if (head === -1) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, head))?.[1] ?? 0);
  const end = head + HEAD_END.length + length;
  return bytes.length < end ? undefined : end;
}
