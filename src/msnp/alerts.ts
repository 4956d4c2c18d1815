// NOT and IPG: notices of services and messages from telephones, as XML. Knows the document; a bad one is nothing.

import { decodeText } from './encoding.ts';
import { accepted } from './refused.ts';
import type { Alert, LostAlert } from './service-types.ts';
import { child, readTree } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';
import { readElements } from './xml.ts';

/** What came of a NOT or IPG; undefined: there was nothing in it. */
export function hearAlert(
  payload: Uint8Array,
  origin: Alert['origin'],
  passedOver: boolean,
): Alert | LostAlert | undefined {
  if (passedOver) return { type: 'alert-lost', origin, reason: 'too-long' };
  if (payload.length === 0) return undefined;
  return readAlert(payload, origin) ?? { type: 'alert-lost', origin, reason: 'unreadable' };
}

export function readAlert(payload: Uint8Array, origin: Alert['origin']): Alert | undefined {
  const root = accepted(readTree(decodeText(payload).trim()));
  const message = child(root, 'MSG');
  if (root?.name !== 'NOTIFICATION' || message === undefined) return undefined;
  const from = attribute(child(root, 'FROM'), 'name');
  const body = child(message, 'BODY');
  const service = serviceOf(body?.text ?? '');
  const url = urlOf(root, message);
  return {
    type: 'alert',
    origin,
    siteId: attribute(root, 'siteid'),
    ...(from === '' ? {} : { from }),
    text: service === undefined ? textOf(body) : '',
    ...(url === undefined ? {} : { url }),
    ...(service === undefined ? {} : { service }),
  };
}

function textOf(body: XmlElement | undefined): string {
  const text = child(body, 'TEXT')?.text ?? (body?.children.length === 0 ? body.text : '');
  return text.trim();
}

/** Notices for programs hold a document within the text. */
function serviceOf(text: string): string | undefined {
  const inner = text.trim();
  if (!inner.startsWith('<NotificationData')) return undefined;
  return accepted(readElements(inner, ['Service']))?.get('Service') ?? '';
}

/** Relative to the site; it is told which notice it was. */
function urlOf(root: XmlElement, message: XmlElement): string | undefined {
  const action = attribute(child(message, 'ACTION'), 'url');
  const url = action === '' ? null : URL.parse(action, attribute(root, 'siteurl'));
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  url.searchParams.set('notification_id', attribute(root, 'id'));
  url.searchParams.set('message_id', attribute(message, 'id'));
  url.searchParams.set('agent', 'messenger');
  return url.href;
}

function attribute(element: XmlElement | undefined, name: string): string {
  return element?.attributes.get(name) ?? '';
}
