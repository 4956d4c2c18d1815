// The double's challenge: the published answers of both algorithms, and what a right or wrong one gets.
import { expect, test } from 'vitest';

import { answerChallenge } from '../support/msn-server/challenge.ts';
import { ALICE, rawOnline, signIn, startServer } from './stage.ts';

test.each([
  ['15570131571988941333', 'msmsgs@msnmsgr.com', '8f2f5a91b72102cd28355e9fc9000d6e'],
  ['15570131571988941333', 'PROD0038W!61ZTF9', 'ca90e6a7c94a14aae7b3ae0f6018433e'],
  ['15570131571988941333', 'PROD0058#7IL2{QD', 'f8a1cd8d90b73fd4a3d3f8fd3341da87'],
  ['22210219642164014968', 'PROD0038W!61ZTF9', 'c60f42bcef15148c614190c61e8eebf6'],
  ['29409134351025259292', 'msmsgs@msnmsgr.com', 'd0c1178c689350104350d99f8c36ed9c'],
])('old: %s with %s', (question, product, answer) => {
  expect(answerChallenge('old', question, product)).toBe(answer);
});

test.each([
  ['22210219642164014968', 'PROD0090YUAUV{2B', '85ecb0db8f32113df79ce0892b9a102c'],
  ['36819795137093047918', 'PROD0090YUAUV{2B', 'e7ad3cb09d3e9e4e7c720175984809e9'],
  ['21948129323261853323', 'PROD0090YUAUV{2B', '59bcf63ed21f44906c3d3e121ddbed65'],
  ['41525959199453244913', 'PROD0090YUAUV{2B', 'dcb8ff529e4dd12cc43389851128d2db'],
  ['11533365622852247127', 'PROD0113H11T8$X_', 'f086d1ded067186deca8dba2231602cf'],
  ['237191752526424888127371168', 'PROD0113H11T8$X_', '65b6b623c649c25629af048d34066040'],
  ['22210219642164014968', 'PROD0101{0RM?UBW', '64812169fe9717715f03c678fa4ab938'],
  ['13038318816579321232', 'PROD0101{0RM?UBW', '5f6ae998b8fa70c37b62980f71a0e736'],
  ['22210219642164014968', 'PROD0114ES4Z%Q5W', 'e790b908276bb51115fa7eb3c8a36315'],
  ['15570131571988941333', 'PROD0119GSJUC$18', '521fdf1c2586c53b01b2b2653dc9085f'],
  ['22210219642164014968', 'PROD0120PW!CCV9@', '6e92a312bf6b70ee58e75a1e3315695c'],
  ['1', 'PROD0120PW!CCV9@', '1c46477e77b8d4e51598900b3458b7c1'],
])('new: %s with %s', (question, product, answer) => {
  expect(answerChallenge('new', question, product)).toBe(answer);
});

test.each(['MSNP8', 'MSNP12'] as const)('%s: a right answer is confirmed', async (dialect) => {
  const server = await startServer({ login: 'http' });
  await signIn(server, ALICE, { dialect });
  server.challenge(ALICE, '22210219642164014968');
  await server.waitFor(({ direction, verb }) => direction === 'out' && verb === 'QRY', { what: 'QRY' });
  expect(server.violations).toEqual([]);
});

test.each(['MSNP8', 'MSNP12'])(
  '%s: the other dialects’ answer is refused, and the connection ends',
  async (dialect) => {
    const server = await startServer({ login: 'http' });
    const wire = await rawOnline(server, ALICE, dialect);
    server.challenge(ALICE, '22210219642164014968');
    expect((await wire.takeVerb('CHL')).line).toBe('CHL 0 22210219642164014968');
    const wrong =
      answerChallenge(dialect === 'MSNP8' ? 'new' : 'old', '22210219642164014968', 'PROD0101{0RM?UBW') ?? '';
    expect((await wire.ask('QRY 9 PROD0101{0RM?UBW 32', Buffer.from(wrong))).line).toBe('540 9');
    await wire.closed();
    expect(server.violations).toHaveLength(1);
  },
);

test('an answer nobody asked for goes unheard', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await rawOnline(server, ALICE);
  wire.write('QRY 9 PROD0038W!61ZTF9 32', Buffer.from('0'.repeat(32)));
  wire.write('PNG');
  expect((await wire.next()).line).toBe('QNG');
});
