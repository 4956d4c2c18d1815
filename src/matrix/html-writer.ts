// Writes styled runs as HTML that holds nothing but escaped text and tags of ours. Knows which tags clients show.

import type { Run } from '../bridge/events.ts';
import type { Table } from '../bridge/table-text.ts';
import { safeLink } from './links.ts';

const COLOR = /^#[0-9a-f]{6}$/;
const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Undefined when plain text says as much. Run texts must be clean already. */
export function writeHtml(runs: readonly Run[]): string | undefined {
  if (!runs.some(isStyled)) return undefined;
  return htmlOf(runs);
}

export function htmlOf(runs: readonly Run[]): string {
  // a table begins and ends lines by itself
  return runs.map(writeRun).join('').replaceAll('<br><table>', '<table>').replaceAll('</table><br>', '</table>');
}

function isStyled(run: Run): boolean {
  if (run.table) return true;
  if (run.text.trim() === '') return false;
  return Boolean(
    run.bold || run.italic || run.underline || run.strike || run.code || colorOf(run) || linkOf(run) !== undefined,
  );
}

function writeRun(run: Run): string {
  if (run.table) return writeTable(run.table);
  let html = escapeHtml(run.text).replaceAll('\n', '<br>');
  if (run.code) html = `<code>${html}</code>`;
  if (run.strike) html = `<del>${html}</del>`;
  if (run.underline) html = `<u>${html}</u>`;
  if (run.italic) html = `<em>${html}</em>`;
  if (run.bold) html = `<strong>${html}</strong>`;
  const color = colorOf(run);
  if (color !== undefined) html = `<span data-mx-color="${color}">${html}</span>`;
  const link = linkOf(run);
  if (link !== undefined) html = `<a href="${escapeHtml(link)}">${html}</a>`;
  return html;
}

function writeTable([head = [], ...rows]: Table): string {
  const line = (row: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('');
  return `<table><thead>${line(head, 'th')}</thead><tbody>${body}</tbody></table>`;
}

function colorOf(run: Run): string | undefined {
  return run.color !== undefined && COLOR.test(run.color) ? run.color : undefined;
}

/** A link that reads as it leads is left to the client, which finds it in the text. */
function linkOf(run: Run): string | undefined {
  const link = run.link === undefined ? undefined : safeLink(run.link);
  return link === run.text ? undefined : link;
}

/** Fit to stand in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES.get(character) ?? '');
}
