// Adds the optional platform packages that npm left out of package-lock.json, so that `npm ci` accepts it everywhere.
// npm drops an optional package whose registry answered "not found", and then refuses its own lockfile. Run after every
// dependency change (`npm run lockfile`); with --check it only says whether something is missing.
import { readFileSync, writeFileSync } from 'node:fs';

const CPUS = new Set(['x64', 'arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'ppc64le', 'riscv64', 's390x']);
const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]);

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = {};

for (const parent of Object.values(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in lock.packages) continue;
    const words = name.split(/[-/]/);
    const cpu = words.filter((word) => CPUS.has(word));
    const os = words.filter((word) => SYSTEMS.has(word));
    missing[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ''),
      ...(cpu.length > 0 && { cpu }),
      ...(parent.dev && { dev: true }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
  }
}

const names = Object.keys(missing);
if (process.argv.includes('--check')) {
  if (names.length > 0) {
    console.error(`package-lock.json lacks ${names.length} optional packages (${names[0]}, …): npm run lockfile`);
    process.exit(1);
  }
} else if (names.length > 0) {
  const [root, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([
    root,
    ...[...rest, ...Object.entries(missing)].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: added ${names.length} optional packages`);
}
