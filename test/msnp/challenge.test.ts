import { expect, test } from 'vitest';
import { answerNewChallenge, answerOldChallenge } from '../../src/msnp/challenge.ts';
import { dialect } from '../../src/msnp/dialect.ts';

const KEYS = new Map([
  ['msmsgs@msnmsgr.com', 'Q1P7W2E4J9R8U3S5'],
  ['PROD0038W!61ZTF9', 'VT6PX?UQTM4WM%YR'],
  ['PROD0058#7IL2{QD', 'QHDCY@7R1TB6W?5B'],
  ['PROD0090YUAUV{2B', 'YMM8C_H7KCQ2S_KL'],
  ['PROD0101{0RM?UBW', 'CFHUR$52U_{VIX5T'],
  ['PROD0113H11T8$X_', 'RG@XY*28Q5QHS%Q5'],
  ['PROD0114ES4Z%Q5W', 'PK}_A_0N_K%O?A9S'],
  ['PROD0119GSJUC$18', 'ILTXC!4IXB5FB*PX'],
  ['PROD0120PW!CCV9@', 'C1BX{V4W}Q3*10SM'],
]);

test.each([
  ['15570131571988941333', 'msmsgs@msnmsgr.com', '8f2f5a91b72102cd28355e9fc9000d6e'],
  ['15570131571988941333', 'PROD0038W!61ZTF9', 'ca90e6a7c94a14aae7b3ae0f6018433e'],
  ['15570131571988941333', 'PROD0058#7IL2{QD', 'f8a1cd8d90b73fd4a3d3f8fd3341da87'],
  ['22210219642164014968', 'PROD0038W!61ZTF9', 'c60f42bcef15148c614190c61e8eebf6'],
  ['29409134351025259292', 'msmsgs@msnmsgr.com', 'd0c1178c689350104350d99f8c36ed9c'],
])('answers %s as %s the old way', (challenge, id, answer) => {
  expect(answerOldChallenge(challenge, KEYS.get(id) ?? '')).toBe(answer);
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
])('answers %s as %s the new way', (challenge, id, answer) => {
  expect(answerNewChallenge(challenge, id, KEYS.get(id) ?? '')).toBe(answer);
});

test.each(['MSNP8', 'MSNP12'] as const)('%s names a product with its own key', (name) => {
  const { productId, productKey } = dialect(name).challenge;
  expect(productKey).toBe(KEYS.get(productId));
});
