// What goes out to MSN's servers: whatever people type, a command is one line of so many words.

import assert from 'node:assert/strict';

import { command, named, text } from '../../../src/msnp/command.ts';
import type { Argument } from '../../../src/msnp/command.ts';
import { writeMessage } from '../../../src/msnp/message.ts';
import { PLAIN } from '../../../src/msnp/text-format.ts';
import { addressFault, isAddress } from '../../../src/networks/msn/ids.ts';
import { args } from '../../hostile/corpus/arguments.ts';
import { commandsIn } from '../../hostile/corpus/machines.ts';
import { typedAddresses } from '../../hostile/corpus/typed.ts';
import { fromCorpus } from '../seeds.ts';
import { anyText, anyTextOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const seeds = (): readonly Uint8Array[] => fromCorpus(args, typedAddresses).map((bytes) => anyText(textOf(bytes)));
const words = ['\r', '\n', '\u2028', '\u0085', '\ud800', '\u560d', '\u560a'].map(anyText);

/** The same text in every place that it can have, with and without a payload. */
function makeAll(any: string, payload: Uint8Array | undefined): void {
  const forms: readonly Argument[] = [any, text(any), named('F=', any)];
  const bytes = command('XFR', 7, forms, payload);
  const wanted = 2 + forms.length + (payload === undefined ? 0 : 1);
  const end = Buffer.from(bytes).indexOf('\r\n');
  const line = Buffer.from(bytes).toString('latin1', 0, end);
  assert.match(line, /^[\x21-\x7e ]+$/);
  assert.equal(line.split(' ').length, wanted, line.slice(0, 200));
  const rest = bytes.length - end - 2;
  assert.equal(rest, payload?.length ?? 0);
  if (payload !== undefined) assert.equal(Number(line.split(' ').at(-1)), payload.length);
}

export const commands: readonly Target[] = [
  {
    name: 'builder',
    share: 20,
    words,
    seeds,
    run: (input) => {
      const any = anyTextOf(input);
      makeAll(any, input.length % 3 === 0 ? input : undefined);
    },
  },
  {
    name: 'written-messages',
    share: 4,
    words,
    seeds,
    run: (input) => {
      const any = anyTextOf(input);
      const payloads = [
        [4, writeMessage({ type: 'text', text: any, name: any, format: { ...PLAIN, font: any } })],
        [3, writeMessage({ type: 'typing', address: any })],
        [3, writeMessage({ type: 'other', contentType: any, headers: new Map([[any, any]]), body: Buffer.alloc(0) })],
      ] as const;
      for (const [headers, payload] of payloads) {
        const head = Buffer.from(payload).toString().split('\r\n\r\n')[0] ?? '';
        assert.ok(head.split(/\r\n|\r|\n/).length <= headers, 'no header more');
        assert.equal(commandsIn(command('MSG', 1, ['A'], payload)).length, 1);
      }
    },
  },
  {
    name: 'typed-address',
    share: 3,
    words,
    seeds,
    run: (input) => {
      const any = anyTextOf(input);
      if (addressFault(any) !== undefined) return;
      assert.ok(isAddress(any), 'what a person may type a server may name');
      const line = Buffer.from(command('CAL', 1, [any])).toString();
      assert.equal(line, `CAL 1 ${any}\r\n`, 'a good address goes out as it is');
    },
  },
];
