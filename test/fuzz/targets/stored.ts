// What is read from disk: the configuration, and what was sealed in the database.

import assert from 'node:assert/strict';

import { BridgeError } from '../../../src/bridge/errors.ts';
import { checkConfig } from '../../../src/config/config.ts';
import { ConfigSource } from '../../../src/config/source.ts';
import { ConfigError } from '../../../src/config/errors.ts';
import { Sealer } from '../../../src/store/sealed.ts';
import { configs } from '../../hostile/corpus/configs.ts';
import { fromCorpus } from '../seeds.ts';
import { textOf } from '../target.ts';
import type { Target } from '../target.ts';

/** The operator's own: it may be wrong in every way, but it does not mean to keep us busy. */
const LONGEST_CONFIG = 1_500;
const PLACE = 'session password msn/own/alice@example.com';
const sealer = new Sealer([Buffer.alloc(32, 7)]);
const SEALED = ['', 'x', 'a password', 'x'.repeat(300)].map((secret) => sealer.seal(secret, PLACE));

export const stored: readonly Target[] = [
  {
    name: 'configuration',
    share: 0.2,
    words: [
      'homeserver:',
      'networks:',
      '  msn:',
      '- ',
      ': ',
      '&a ',
      '*a',
      '!!js',
      '|',
      '>',
      '#',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\t',
      '---',
      '<<: *a',
    ],
    seeds: () => fromCorpus(configs),
    run: (input) => {
      try {
        checkConfig(new ConfigSource('config.yaml', textOf(input.subarray(0, LONGEST_CONFIG))));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        assert.ok(error.problems.length > 0);
        for (const line of error.problems) assert.match(line, /^config\.yaml/);
      }
    },
  },
  {
    name: 'sealed',
    share: 6,
    seeds: () => SEALED,
    run: (input) => {
      const box = Buffer.from(input);
      try {
        sealer.open(box, PLACE);
      } catch (error) {
        assert.ok(error instanceof BridgeError, String(error));
        assert.equal(error.code, 'database');
        return;
      }
      assert.ok(
        SEALED.some((sealed) => sealed.equals(box)),
        'nothing opens but what was sealed',
      );
    },
  },
];
