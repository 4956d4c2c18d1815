// A configuration file's text: what it says, and where. Knows YAML; not which keys there are.

import { isCollection, isMap, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document, YAMLError } from 'yaml';
import { ConfigError } from './errors.ts';

export type Path = readonly PropertyKey[];

/** What to do about YAML that is none, by the code that the parser gives it. */
const REMEDIES = new Map<YAMLError['code'], string>([
  ['DUPLICATE_KEY', 'remove one of the two'],
  ['TAB_AS_INDENT', 'indent with blanks, not with tabs'],
  ['MULTIPLE_DOCS', 'remove what stands from here on, “---” included'],
]);
const REMEDY = 'look at quotes, brackets, and how far this line and the one before it are indented';

const MAX_ALIASES = 20;

export class ConfigSource {
  readonly file: string;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  /** @throws {ConfigError} */
  constructor(file: string, text: string) {
    this.file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true });
    this.#document = document;
    const faults = document.errors.map(({ code, message, pos: [at] }) => {
      const sentence = message.split('\n')[0]?.replace(/ at line.*$/u, '');
      return `${this.#place(at)}: ${sentence}: ${REMEDIES.get(code) ?? REMEDY}`;
    });
    if (faults.length === 0) faults.push(...this.#oddKeys());
    if (faults.length > 0) throw new ConfigError(faults);
  }

  /** Lists and maps in the place of keys: YAML has them, and nothing here is named by one. */
  #oddKeys(): readonly string[] {
    const faults: string[] = [];
    visit(this.#document, {
      Pair: (_, { key }) => {
        if (!isCollection(key)) return undefined;
        faults.push(`${this.#place(key.range?.[0] ?? 0)}: a list or a map cannot be a key: ${REMEDY}`);
        return visit.SKIP;
      },
    });
    return faults;
  }

  /** As plain data. @throws {ConfigError} where an alias leads nowhere, or aliases stand in each other without an end. */
  value(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      const { offset, name } = this.#alias();
      const reason = error instanceof Error ? error.message : String(error);
      throw new ConfigError([
        `${this.#place(offset)}: *${name}: ${reason}: put a text that begins with * in quotes, or write out what it stands for`,
      ]);
    }
  }

  has(path: Path): boolean {
    return this.#document.hasIn(path);
  }

  get(path: Path): unknown {
    return this.#document.getIn(path);
  }

  /** Does nothing where there is no section for it: whoever checks says so. Places stay those of the text that was read. */
  set(path: Path, value: string): void {
    if (isMap(this.#document.getIn(path.slice(0, -1)))) this.#document.setIn(path, value);
  }

  /** With what was set, and with all comments. */
  text(): string {
    return this.#document.toString({ lineWidth: 0 });
  }

  /** A line for people: the place, the key, and what is wrong with it. `ofKey`: not with its value. */
  fault(path: Path, what: string, { ofKey = false } = {}): string {
    return `${this.#place(this.#offsetOf(path, ofKey))}: ${path.join('.') || 'the file'}: ${what}`;
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  }

  /** Where a value stands; for one that is missing, its nearest parent. */
  #offsetOf(path: Path, ofKey: boolean): number {
    const { contents } = this.#document;
    if (path.length === 0) return isNode(contents) ? (contents.range?.[0] ?? 0) : 0;
    const parentPath = path.slice(0, -1);
    const parent: unknown = parentPath.length === 0 ? contents : this.#document.getIn(parentPath, true);
    const last = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isNode(key) && String(key) === String(last));
      const node = pair && (ofKey || !isNode(pair.value) ? pair.key : pair.value);
      if (isNode(node) && node.range) return node.range[0];
    } else if (isCollection(parent) && typeof last === 'number') {
      const node = parent.items[last];
      if (isNode(node) && node.range) return node.range[0];
    }
    return this.#offsetOf(parentPath, true);
  }

  /** The first alias that leads nowhere; if all lead somewhere, the first. */
  #alias(): { readonly offset: number; readonly name: string } {
    const aliases: Alias[] = [];
    visit(this.#document, { Alias: (_, node) => void aliases.push(node) });
    const alias = aliases.find((one) => one.resolve(this.#document) === undefined) ?? aliases[0];
    return { offset: alias?.range?.[0] ?? 0, name: alias?.source ?? '' };
  }
}
