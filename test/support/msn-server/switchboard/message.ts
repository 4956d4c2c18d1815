// Whether a message is fit to be passed on. Knows what the observed server drops and what it ends a connection for; not who reads it.

export type Verdict =
  | { readonly type: 'pass' }
  /** Not delivered, without a word. */
  | { readonly type: 'drop'; readonly rule: string }
  | { readonly type: 'close'; readonly rule: string };

const PASS: Verdict = { type: 'pass' };

export function judgeMessage(acknowledgement: string, payload: Buffer): Verdict {
  if (!['U', 'N', 'A', 'D'].includes(acknowledgement)) {
    return { type: 'close', rule: 'MSG: an acknowledgement letter that does not exist' };
  }
  const end = payload.indexOf('\r\n\r\n');
  if (end < 0) return { type: 'drop', rule: 'MSG: no blank line after the headers' };
  const head = payload.subarray(0, end).toString('latin1');
  const type = /^content-type:\s*([^;\r\n]*)/imu.exec(head)?.[1]?.trim().toLowerCase();
  const body = payload.subarray(end + 4);
  if (type === 'application/x-msnmsgrp2p' && acknowledgement !== 'D') {
    return { type: 'close', rule: 'MSG: peer-to-peer content without D' };
  }
  if (type === 'text/plain' && !isUtf8(body)) return { type: 'drop', rule: 'MSG: text that is not UTF-8' };
  if (type === 'text/x-msnmsgr-datacast' && !/^ID:/mu.test(body.toString('latin1'))) {
    return { type: 'drop', rule: 'MSG: a datacast without an ID' };
  }
  return PASS;
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
}
