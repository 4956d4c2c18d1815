// Writes a line for each test as it ends, so that a run that is cut short can be counted too. Knows how tests end; not
// which tests there are.

import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** A file of lines `passed NAME`, `failed NAME`, `skipped NAME`; what fails outside of tests is a failed line of its own. */
export class Tally implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestCaseResult(test: TestCase): void {
    this.#note(test.result().state, `${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestSuiteResult(suite: TestSuite): void {
    for (const { message } of suite.errors()) this.#note('failed', `${suite.fullName}: ${message}`);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const { message } of module.errors()) this.#note('failed', `${module.relativeModuleId}: ${message}`);
  }

  onTestRunEnd(_modules: unknown, errors: readonly { readonly message: string }[]): void {
    for (const { message } of errors) this.#note('failed', `outside of all tests: ${message}`);
  }

  #note(state: string, name: string): void {
    appendFileSync(this.#file, `${state} ${name.replaceAll(/\s+/g, ' ')}\n`);
  }
}
