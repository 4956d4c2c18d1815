import { expect, test } from 'vitest';
import type { ChatMessage } from '../../src/msnp/message.ts';
import { readMessage } from '../../src/msnp/message.ts';
import { readOffer } from '../../src/msnp/offers.ts';

const FILE = '{5D3E02AB-6190-11D3-BBBB-00C04F795683}';
const PICTURE = '{A4268EEC-FEC5-49E5-95C3-F126696BDBF6}';
const CALL = '{816D9CB9-71B0-85E2-64CA-1DF82D675CC8}';

function message(type: string, body: string | Buffer): ChatMessage {
  const head = Buffer.from(`MIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n`);
  const read = readMessage(Buffer.concat([head, Buffer.from(body)]));
  if (read === undefined) throw new Error('no message');
  return read;
}

/** Between peers, as recorded; `offset`: where in the whole the packet begins. */
function packet(text: string, offset = '0000000000000000'): ChatMessage {
  const header = `00000000d562f00f${offset}b904000000000000b204000000000000a2b36a67000000000000000000000000`;
  return message(
    'application/x-msnmsgrp2p',
    Buffer.concat([Buffer.from(header, 'hex'), Buffer.from(text), Buffer.alloc(4)]),
  );
}

const invitation = (guid: string): string =>
  [
    'INVITE MSNMSGR:bob@example.com MSNSLP/1.0',
    'To: <msnmsgr:bob@example.com>',
    'From: <msnmsgr:alice@example.com>',
    'Via: MSNSLP/1.0/TLP ;branch={2B84B068-3E5A-5CB1-A463-5CC9BBDC525B}',
    'CSeq: 0 ',
    `Call-ID: ${CALL}`,
    'Max-Forwards: 0',
    'Content-Type: application/x-msnmsgr-sessionreqbody',
    'Content-Length: 864',
    '',
    `EUF-GUID: ${guid}`,
    'SessionID: 599586949',
    'AppID: 2',
    'Context: PgIAAAIAAADA',
  ].join('\r\n');

const classic = (command: string, application: string): ChatMessage =>
  message(
    'text/x-msmsgsinvite; charset=UTF-8',
    `Application-Name: something\r\nApplication-GUID: ${application}\r\nInvitation-Command: ${command}\r\nInvitation-Cookie: 58273\r\n\r\n`,
  );

test.each<[string, ChatMessage, ReturnType<typeof readOffer>]>([
  ['a wink', message('text/x-msnmsgr-datacast', 'ID: 2\r\nData: <msnobj/>\r\n\r\n'), { kind: 'wink' }],
  ['a voice clip', message('text/x-msnmsgr-datacast', 'ID: 3\r\nData: <msnobj/>\r\n\r\n'), { kind: 'voice-clip' }],
  ['a drawing', message('image/gif', 'base64:R0lG'), { kind: 'drawing' }],
  ['a drawing in ink', message('application/x-ms-ink', 'base64:AAAA'), { kind: 'drawing' }],
  ['a file, of old', classic('INVITE', FILE.toLowerCase()), { kind: 'file', id: '58273' }],
  ['a call', classic('INVITE', '{02D3C01F-BF30-4825-A83A-DE7AF41648AA}'), { kind: 'call', id: '58273' }],
  ['a game', classic('INVITE', '{A}'), { kind: 'other', id: '58273' }],
  ['a file between peers', packet(invitation(FILE)), { kind: 'file', id: CALL }],
  ['a webcam', packet(invitation('{4BD96FC0-AB17-4425-A14A-439185962DC8}')), { kind: 'webcam', id: CALL }],
])('knows %s', (_, given, offer) => {
  expect(readOffer(given)).toEqual(offer);
});

test.each<[string, ChatMessage]>([
  ['a picture that a program fetches', packet(invitation(PICTURE))],
  ['a later packet', packet(invitation(FILE), 'b204000000000000')],
  ['another way for the same call', packet(invitation(FILE).replace(/EUF-GUID.*/s, 'Bridges: TCPv1'))],
  ['an answer between peers', packet('MSNSLP/1.0 200 OK\r\n')],
  ['a packet of nothing', message('application/x-msnmsgrp2p', Buffer.alloc(20))],
  ['an answer of old', classic('ACCEPT', FILE)],
  ['a datacast of another kind', message('text/x-msnmsgr-datacast', 'ID: 9\r\n')],
  ['emoticons to come', message('text/x-mms-emoticon', ':x\t<msnobj/>\t')],
  ['words', message('text/plain', 'ID: 2')],
])('%s is no offer', (_, given) => {
  expect(readOffer(given)).toBeUndefined();
});
