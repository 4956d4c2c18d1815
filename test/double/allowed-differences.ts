// Everything in which the double may differ from the recorded server, with the reason. Whatever is not here must be as recorded.
import type { AllowedDifference } from './replay/compare.ts';

export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  { type: 'words', line: 'XFR * SB <address> CKI <ticket>', reason: 'the port is free, the ticket random' },
  { type: 'words', line: 'RNG <session> <address> CKI <ticket> * *', reason: 'sessions and tickets are random' },
  { type: 'words', line: 'X-MSN-Messenger: <session> *', reason: 'sessions are random' },
  { type: 'words', line: 'CAL * RINGING <session>', reason: 'sessions are random' },
  { type: 'words', line: 'CVR * * * * <any> <any>', reason: 'each server names its own download page' },
  { type: 'words', line: 'USR * MD5 S <salt>', reason: 'salts are random' },
  { type: 'words', line: 'LST * * C=<contact> * <group>', reason: 'GUIDs are random' },
  { type: 'words', line: 'LST * * C=<contact> * * <group>', reason: 'GUIDs are random' },
  { type: 'words', line: 'LSG * <group>', reason: 'GUIDs are random' },
  { type: 'words', line: 'ADG * * <group> *', reason: 'GUIDs are random' },
  { type: 'words', line: 'ADC * FL * * C=<contact>', reason: 'GUIDs are random' },
  {
    type: 'payload',
    line: 'MSG Hotmail Hotmail <any>',
    except: /^(?:LoginTime|MemberIdHigh|MemberIdLow|MSPAuth|ClientPort): .*$/gmu,
    reason: 'times, ids, tickets and ports in the profile',
  },
  {
    type: 'payload',
    line: 'NOT <any>',
    except: /pid="[^"]*"|(?<=&lt;CID&gt;)-?\d+|(?<=&lt;LastModifiedDate&gt;)[^&]*/gu,
    reason: 'ids and times in the notice',
  },

  // The recorded server counts from the number SYN gave it; the double’s lists have a version that outlives a session.
  { type: 'words', line: 'SYN * <number> * *', reason: 'list serial' },
  { type: 'words', line: 'SYN * <any> <any> * *', reason: 'the recorded server’s time stamps are a constant' },
  ...[
    'SYN * <number>',
    ...['FL', 'AL', 'BL', 'RL'].flatMap((list) =>
      ['* *', '* * * *', '* * * * *'].map((rest) => `LST * ${list} <number> ${rest}`),
    ),
    'LSG * <number> * * * * *',
    'BLP * <number> *',
    'GTC * <number> *',
    'REA * <number> * *',
    'PRP * <number> *',
    'PRP * <number> * *',
    'ADG * <number> * * *',
    'REG * <number> * * *',
    'RMG * <number> *',
    'BPR <number> * *',
    'BPR <number> * * *',
    'ADD * * <number> * *',
    'ADD * * <number> * * *',
    'REM * * <number> *',
    'REM * * <number> * *',
  ].map((line) => ({ type: 'words' as const, line, reason: 'list serial' })),

  { type: 'repeat', verb: 'NLN', reason: 'the recorded server says the same presence twice here, the double there' },
  { type: 'order', verb: 'NLN', about: 2, reason: 'the recorded server gathers presence for 0.2 s' },
  { type: 'order', verb: 'FLN', about: 1, reason: 'the recorded server gathers presence for 0.2 s' },
  { type: 'order', verb: 'UBX', about: 1, reason: 'the recorded server gathers presence for 0.2 s' },
  { type: 'order', verb: 'RNG', about: 5, reason: 'comes when somebody else calls' },
  { type: 'order', verb: 'JOI', about: 1, reason: 'comes when somebody else answers' },
  { type: 'order', verb: 'BYE', about: 1, reason: 'comes when somebody else leaves' },
  { type: 'order', verb: 'MSG', about: 1, reason: 'comes when somebody else speaks' },
  { type: 'order', verb: 'NOT', about: -1, reason: 'comes when somebody else edits a list' },
  { type: 'order', verb: 'ACK', about: -1, reason: 'the recorded server sends it before or after the copies' },
  { type: 'unread', verb: 'FLN', reason: 'the recorded client had gone before the 0.2 s were over' },
  { type: 'unread', verb: 'ACK', reason: 'the recorded client had gone before the answer to its last message' },

  {
    type: 'absent',
    line: 'NLN FLN * * *',
    reason: 'the recorded server tells of the end of a session that never said CHG',
  },
  ...(
    [
      ['msnp6-md5-login-and-chat', '205 21', 'REM 21 FL <any> frank@msnp6.rec.example.com'],
      ['msnp11-login-and-chat', '208 14', 'REM 14 FL <any>'],
    ] as const
  ).map(([only, recorded, line]) => ({
    type: 'instead' as const,
    only,
    recorded,
    line,
    reason: 'the recorded server refuses what it does, if it has not yet written down who was added a moment ago',
  })),
  { type: 'absent', line: 'VER * MSNP21', reason: 'the recorded server agrees to a version it does not speak …' },
  { type: 'extra', line: 'VER * 0', reason: '… the double does not' },
  {
    type: 'extra',
    line: 'FLN alice@contacts8.rec.example.com',
    reason: 'the recorded server leaves those whom BLP or REM AL shuts out with what they saw last',
  },
  {
    type: 'headers',
    names: [
      'PassportURLs',
      'Authentication-Info',
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Methods',
      'Access-Control-Expose-Headers',
      'X-MSN-Messenger',
      'Content-Type',
    ],
    reason: 'dates, lengths and the name of the web server; DALogin’s scheme was taken away by the relay that recorded',
  },
];
