import { describe, expect, test } from 'vitest';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import type { Acknowledgement, SwitchboardCommand } from '../../src/msnp/switchboard-types.ts';
import { PLAIN } from '../../src/msnp/text-format.ts';
import { connection, readTranscript } from '../support/transcript.ts';
import { closed, order, received, say, woken } from './support/inputs.ts';
import { seeded } from './support/random.ts';
import { replaySwitchboard } from './support/replay.ts';

const enter = order({ type: 'enter' } as const);

type Options = Partial<ConstructorParameters<typeof SwitchboardSession>[0]>;

function created(options: Options = {}): SwitchboardSession {
  const entry = { type: 'create', ticket: '17.1' } as const;
  return new SwitchboardSession({ address: 'Alice@x.y', dialect: 'MSNP12', entry, ...options });
}

function inside(options: Options = {}): SwitchboardSession {
  const session = created(options);
  say(session, enter, received('USR 1 OK Alice@x.y Alice\r\n'));
  return session;
}

function text(id: string, value = 'hello', acknowledged = true): ReturnType<typeof order<SwitchboardCommand>> {
  return order({ type: 'send', id, acknowledged, message: { type: 'text', text: value, format: PLAIN } });
}

test('enters a room that it creates', () => {
  const { sent, events, wakes } = say(created(), enter, received('USR 1 OK Alice@x.y Alice\r\n'));
  expect(sent).toEqual(['USR 1 Alice@x.y 17.1\r\n']);
  expect(wakes).toEqual(['entry 15000']);
  expect(events).toEqual([{ type: 'entered', participants: [] }]);
});

test('counts everybody once, and not itself', () => {
  const entry = { type: 'answer', ticket: '17.1', session: '9' } as const;
  const session = new SwitchboardSession({ address: 'Alice@x.y', dialect: 'MSNP12', entry });
  const roll = 'IRO 1 1 3 Bob@x.y B%20b 5\r\nIRO 1 2 3 bob@x.y B 6:7\r\nIRO 1 3 3 alice@x.y Alice 5\r\nANS 1 OK\r\n';
  const { events } = say(session, enter, received(roll), received('JOI alice@x.y Alice 5\r\n'));
  expect(events).toEqual([{ type: 'entered', participants: [{ address: 'bob@x.y', nick: 'B', capabilities: 6 }] }]);
});

function answering(): SwitchboardSession {
  const entry = { type: 'answer', ticket: '17.1', session: '9' } as const;
  return new SwitchboardSession({ address: 'Alice@x.y', dialect: 'MSNP12', entry });
}

test('what happens before it is known who is in the room is told after that, in order', () => {
  const session = answering();
  const early =
    'IRO 1 1 2 bob@x.y B 5\r\nIRO 1 2 2 ann@x.y A 5\r\nBYE ann@x.y\r\nMSG bob@x.y B 26\r\nMIME-Version: 1.0\r\n\r\nearly\r\n';
  expect(say(session, enter, received(early)).events).toEqual([]);
  const { events } = say(session, received('JOI eve@x.y E 5\r\nANS 1 OK\r\n'));
  expect(events.map((event) => ('address' in event ? `${event.type} ${event.address}` : event.type))).toEqual([
    'entered',
    'left ann@x.y',
    'message bob@x.y',
    'joined',
  ]);
});

test('a room in which no end of things happens before it is known who is in it is left', () => {
  const { closes } = say(answering(), enter, received('JOI eve@x.y E 5\r\n'.repeat(65)));
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
});

test.each([
  ['a refusal', received('911 1\r\n'), 911],
  ['silence', woken('entry'), 0],
  ['a closed door', closed, 0],
])('is not let in by %s', (_, input, code) => {
  expect(say(created(), enter, input).events).toEqual([{ type: 'entry-refused', code }]);
});

test('calls people', () => {
  const session = inside();
  const call = (address: string): ReturnType<typeof order<SwitchboardCommand>> => order({ type: 'call', address });
  expect(say(session, call('Bob@x.y'), call('eve@x.y'), call('ann@x.y')).sent).toEqual([
    'CAL 2 Bob@x.y\r\n',
    'CAL 3 eve@x.y\r\n',
    'CAL 4 ann@x.y\r\n',
  ]);
  const { events } = say(
    session,
    received('217 3\r\nCAL 2 RINGING 17\r\nJOI Bob@x.y Bob 32\r\n'),
    woken('call-4'),
    woken('call-2'),
  );
  expect(events).toEqual([
    { type: 'call-refused', address: 'eve@x.y', code: 217 },
    { type: 'ringing', address: 'bob@x.y', session: '17' },
    { type: 'joined', participant: { address: 'bob@x.y', nick: 'Bob', capabilities: 32 } },
    { type: 'call-refused', address: 'ann@x.y', code: 0 },
  ]);
});

test('tells what became of each message', () => {
  const session = inside();
  const first = say(session, text('a'), text('b'), text('c'), text('d'), text('e', 'x', false));
  expect(first.sent.map((line) => line.slice(0, 7))).toEqual(['MSG 2 A', 'MSG 3 A', 'MSG 4 A', 'MSG 5 A', 'MSG 6 U']);
  expect(first.wakes).toHaveLength(4);
  const { events } = say(
    session,
    received('ACK 3\r\nNAK 2\r\nACK 3\r\nACK 99\r\n'),
    woken('message-4'),
    received('ACK 4\r\n'),
    closed,
  );
  expect(events).toEqual([
    { type: 'outcome', id: 'b', outcome: 'acknowledged' },
    { type: 'outcome', id: 'a', outcome: 'refused' },
    { type: 'outcome', id: 'c', outcome: 'timed-out' },
    { type: 'outcome', id: 'd', outcome: 'lost' },
  ]);
});

test('asks for what is wanted back, and tells no more than that', () => {
  const session = inside();
  const nudge = (id: string, acknowledged: Acknowledgement): ReturnType<typeof order<SwitchboardCommand>> =>
    order({ type: 'send', id, acknowledged, message: { type: 'nudge' } });
  const { sent, wakes } = say(
    session,
    ...([true, false, 'on-refusal', 'data', 'on-refusal', 'on-refusal'] as const).map((each, at) =>
      nudge(`${at}`, each),
    ),
  );
  expect(sent.map((line) => line.slice(0, 7)).join()).toBe('MSG 2 A,MSG 3 U,MSG 4 N,MSG 5 D,MSG 6 N,MSG 7 N');
  expect(sent[0]?.split('\r\n').slice(1)).toEqual([
    'MIME-Version: 1.0',
    'Content-Type: text/x-msnmsgr-datacast',
    '',
    'ID: 1',
    '',
    '',
  ]);
  expect(wakes).toHaveLength(5);
  expect(say(session, received('NAK 4\r\nACK 5\r\n'), woken('message-6'), closed).events).toEqual([
    { type: 'outcome', id: '2', outcome: 'refused' },
    { type: 'outcome', id: '3', outcome: 'acknowledged' },
    { type: 'outcome', id: '0', outcome: 'lost' },
  ]);
});

test('refuses a payload that would end the connection, to the byte', () => {
  const head =
    'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Segoe%20UI; EF=; CO=0; CS=0; PF=22\r\n\r\n';
  const room = 1664 - head.length;
  expect(say(inside(), text('a', 'm'.repeat(room))).sent[0]).toContain('MSG 2 A 1664\r\n');
  const { sent, events } = say(inside(), text('a', 'm'.repeat(room + 1)));
  expect(sent).toEqual([]);
  expect(events).toEqual([{ type: 'outcome', id: 'a', outcome: 'too-long' }]);
});

test('hears messages, joined where they come in pieces', () => {
  const session = inside();
  const message = (body: string): string => `MSG Bob@x.y B%20b ${Buffer.byteLength(body)}\r\n${body}`;
  const { events } = say(
    session,
    received(message('Content-Type: text/plain\r\nMessage-ID: {A}\r\nChunks: 2\r\n\r\none ')),
    received(message('Content-Type: text/x-msmsgscontrol\r\nTypingUser: Bob@x.y\r\n\r\n\r\n')),
    received(message('Message-ID: {A}\r\nChunk: 1\r\n\r\ntwo')),
  );
  const from = { type: 'message', address: 'bob@x.y', nick: 'B b' };
  expect(events).toEqual([
    { ...from, message: { type: 'typing', address: 'bob@x.y' } },
    { ...from, message: { type: 'text', text: 'one two', format: PLAIN } },
  ]);
});

test('leaves politely, hears what was said before that was known, and says what is lost', () => {
  const session = inside();
  const leaving = say(session, text('a'), text('b'), order({ type: 'leave' }), order({ type: 'leave' }));
  expect(leaving.sent.slice(2)).toEqual(['OUT\r\n']);
  expect(leaving.events).toEqual([]);
  expect(leaving.closes).toEqual([]);
  const body = 'Content-Type: text/plain\r\n\r\nwait!';
  const { events } = say(session, received(`MSG bob@x.y Bob ${body.length}\r\n${body}ACK 2\r\n`), closed);
  expect(events).toEqual([
    { type: 'message', address: 'bob@x.y', nick: 'Bob', message: { type: 'text', text: 'wait!', format: PLAIN } },
    { type: 'outcome', id: 'a', outcome: 'acknowledged' },
    { type: 'outcome', id: 'b', outcome: 'lost' },
  ]);
});

test('nothing is sent after the goodbye', () => {
  const session = inside();
  say(session, order({ type: 'leave' }));
  const { sent, events } = say(session, text('a'), order({ type: 'call', address: 'bob@x.y' }));
  expect(sent).toEqual([]);
  expect(events).toEqual([
    { type: 'outcome', id: 'a', outcome: 'refused' },
    { type: 'call-refused', address: 'bob@x.y', code: 0 },
  ]);
});

test('a server that says goodbye itself is not waited for', () => {
  expect(say(inside(), order({ type: 'leave' }), received('OUT\r\n')).closes).toEqual([undefined]);
});

test('who leaves before the door is open does not come in', () => {
  expect(say(created(), order({ type: 'leave' })).outputs).toEqual([{ type: 'close' }]);
  const { sent, events } = say(
    created(),
    enter,
    order({ type: 'leave' }),
    received('USR 1 OK Alice@x.y Alice\r\n'),
    closed,
  );
  expect(sent).toEqual(['USR 1 Alice@x.y 17.1\r\n', 'OUT\r\n']);
  expect(events).toEqual([{ type: 'entry-refused', code: 0 }]);
});

test('a broken stream closes the connection, and says what is lost', () => {
  const session = inside();
  const { outputs, events, closes } = say(session, text('a'), received('BYE bob@x.y\r\nMSG a b 70000\r\n'));
  expect(events.map(({ type }) => type)).toEqual(['left', 'outcome']);
  expect(closes).toEqual([expect.any(MsnpProtocolError)]);
  expect(outputs.at(-1)?.type).toBe('close');
  expect(say(session, received('BYE bob@x.y\r\n')).outputs).toEqual([]);
});

test('says nothing outside of the room', () => {
  expect(say(created(), text('a'), text('b', 'x', false)).outputs).toEqual([
    { type: 'event', event: { type: 'outcome', id: 'a', outcome: 'refused' } },
  ]);
});

test('hears the recorded conversation', () => {
  const recorded = connection(readTranscript('msnp8-login-and-chat'), 'SB/alice');
  const { events } = replaySwitchboard(recorded, 'MSNP8', seeded(3));
  const texts = events.flatMap((event) =>
    event.type === 'message' && event.message.type === 'text' ? [event.message.text] : [],
  );
  expect(texts).toEqual(['héllo 日本語 😀\nsecond line', 'hi both', 'back again']);
  expect(events.filter(({ type }) => type === 'joined' || type === 'left').map((event) => event.type)).toEqual([
    'joined',
    'joined',
    'left',
    'left',
    'joined',
  ]);
});

test('reads what a real client wrote', () => {
  const recorded = connection(readTranscript('client-libpurple-2.0.2-msnp9-chat'), 'bob-sb6');
  const { sent, expected, events, faults } = replaySwitchboard(recorded, 'MSNP8', seeded(4));
  expect(sent).toEqual(expected);
  expect(faults).toEqual([]);
  expect(events).toContainEqual({
    type: 'message',
    address: 'alice@p9.cl.example.com',
    nick: 'Alice',
    message: {
      type: 'text',
      text: 'Hello Bob, this is <real> libpurple & friends',
      format: { ...PLAIN, font: 'MS Sans Serif' },
    },
  });
});

test.each([
  ['a head without an end', `${'x: y\r\n'.repeat(2_000)}\r\n`, 'head-too-long'],
  [
    'a head of very many lines',
    `${Array.from({ length: 65 }, (_, n) => `h${n}: y\r\n`).join('')}\r\n`,
    'too-many-headers',
  ],
  ['a piece of nothing', 'Message-ID: {A}\r\nChunk: 1\r\n\r\nb', 'no-beginning'],
  ['a message of no pieces', 'Message-ID: {A}\r\nChunks: 0\r\n\r\nb', 'no-count'],
])('%s is told as what cannot be read, and why', (_, payload, reason) => {
  const { events, closes } = say(inside(), received(`MSG Bob@x.y B ${payload.length}\r\n${payload}`));
  expect(events).toEqual([{ type: 'unreadable', address: 'bob@x.y', reason }]);
  expect(closes).toEqual([]);
});

describe('an invitation of the old kind', () => {
  const declining = (): SwitchboardSession => inside({ declines: true });
  const invite = (cookie: string, word = 'INVITE'): ReturnType<typeof received> => {
    const fields = `Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\nInvitation-Command: ${word}\r\nInvitation-Cookie: ${cookie}\r\n\r\n`;
    const payload = `MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n${fields}`;
    return received(`MSG Bob@x.y B ${payload.length}\r\n${payload}`);
  };

  test('is declined, so that nobody waits, and told', () => {
    const { sent, events } = say(declining(), invite('58273'));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(
      /^MSG 2 U \d+\r\nMIME-Version: 1\.0\r\nContent-Type: text\/x-msmsgsinvite; charset=UTF-8\r\n\r\n/,
    );
    expect(sent[0]).toMatch(
      /\r\nInvitation-Command: CANCEL\r\nInvitation-Cookie: 58273\r\nCancel-Code: REJECT_NOT_INSTALLED\r\n\r\n$/,
    );
    expect(events.map(({ type }) => type)).toEqual(['message']);
  });

  test.each([
    ['that is withdrawn', invite('58273', 'CANCEL')],
    ['that was accepted', invite('58273', 'ACCEPT')],
    ['whose number is none', invite('58273 and more')],
    ['without a number', invite('')],
  ])('%s is not answered', (_, input) => {
    expect(say(declining(), input).sent).toEqual([]);
  });

  test('is left to whoever takes such things, if there is somebody', () => {
    expect(say(inside(), invite('58273')).sent).toEqual([]);
  });

  test('is not answered for ever', () => {
    const session = declining();
    const { sent } = say(session, ...Array.from({ length: 40 }, (_, n) => invite(String(n))));
    expect(sent).toHaveLength(32);
  });
});
