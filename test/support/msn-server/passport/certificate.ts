// A throw-away certificate for the login server, with the authority that signed it. Knows openssl; not who shows it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  readonly caFile: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const run = promisify(execFile);
let shared: Promise<Certificate> | undefined;

/** Made once a process: every double in it shows the same one. */
export function throwAwayCertificate(): Promise<Certificate> {
  shared ??= generate();
  return shared;
}

async function generate(): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'msn-double-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const openssl = (words: string) => run('openssl', words.split(' '), { cwd: folder });
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  await writeFile(join(folder, 'extensions'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  await openssl(`req -x509 ${newKey} -days 2 -subj /CN=double-authority -keyout ca.key -out ca.pem`);
  await openssl(`req ${newKey} -subj /CN=localhost -keyout key.pem -out request.pem`);
  await openssl(
    'x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 2 -set_serial 1 -extfile extensions -out certificate.pem',
  );
  const [ca, certificate, key] = await Promise.all(
    ['ca.pem', 'certificate.pem', 'key.pem'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { caFile: join(folder, 'ca.pem'), ca: ca ?? '', certificate: certificate ?? '', key: key ?? '' };
}
