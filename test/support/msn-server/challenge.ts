// What a client has to answer to CHL. Knows both algorithms and the product keys; not who asks.
import { createHash } from 'node:crypto';

const PRODUCT_KEYS: ReadonlyMap<string, string> = new Map([
  ['msmsgs@msnmsgr.com', 'Q1P7W2E4J9R8U3S5'],
  ['PROD0038W!61ZTF9', 'VT6PX?UQTM4WM%YR'],
  ['PROD0058#7IL2{QD', 'QHDCY@7R1TB6W?5B'],
  ['PROD0061VRRZH@4F', 'JXQ6J@TUOGYV@N0M'],
  ['PROD00504RLUG%WL', 'I2EBK%PYNLZL5_J4'],
  ['PROD0076ENE8*@AW', 'CEQJ8}OE0!WTSWII'],
  ['PROD0090YUAUV{2B', 'YMM8C_H7KCQ2S_KL'],
  ['PROD0101{0RM?UBW', 'CFHUR$52U_{VIX5T'],
  ['PROD01065C%ZFN6F', 'O4BG@C7BWLYQX?5G'],
  ['PROD0112J1LW7%NB', 'RH96F{PHI8PPX_TJ'],
  ['PROD0113H11T8$X_', 'RG@XY*28Q5QHS%Q5'],
  ['PROD0114ES4Z%Q5W', 'PK}_A_0N_K%O?A9S'],
  ['PROD0118R6%2WYOS', 'YIXPX@5I2P0UT*LK'],
  ['PROD0119GSJUC$18', 'ILTXC!4IXB5FB*PX'],
  ['PROD0120PW!CCV9@', 'C1BX{V4W}Q3*10SM'],
]);

/** Undefined for a product nobody knows. */
export function answerChallenge(algorithm: 'old' | 'new', question: string, productId: string): string | undefined {
  const key = PRODUCT_KEYS.get(productId);
  if (key === undefined) return undefined;
  const digest = createHash('md5').update(question).update(key).digest();
  return (algorithm === 'old' ? digest : fold(digest, question + productId)).toString('hex');
}

const MODULUS = 0x7fffffffn;
const MULTIPLIER = 0x0e79a9c1n;

/** The digest with a checksum of the question laid over it. The products pass 53 bits, hence the big integers. */
function fold(digest: Buffer, question: string): Buffer {
  const [m0 = 0n, m1 = 0n, m2 = 0n, m3 = 0n] = words(digest).map((word) => word & MODULUS);
  const padded = question + '0'.repeat(8 - (question.length % 8));
  const input = words(Buffer.from(padded, 'latin1'));
  let high = 0n;
  let low = 0n;
  for (let index = 0; index < input.length; index += 2) {
    let sum = (((input[index] ?? 0n) * MULTIPLIER) % MODULUS) + high;
    sum = (sum * m0 + m1) % MODULUS;
    high = ((input[index + 1] ?? 0n) + sum) % MODULUS;
    high = (high * m2 + m3) % MODULUS;
    low += high + sum;
  }
  const mask = Buffer.alloc(8);
  mask.writeUInt32LE(Number((high + m1) % MODULUS), 0);
  mask.writeUInt32LE(Number((low + m3) % MODULUS), 4);
  return Buffer.from(digest.map((byte, index) => byte ^ (mask[index % 8] ?? 0)));
}

function words(bytes: Buffer): bigint[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => BigInt(bytes.readUInt32LE(index * 4)));
}
