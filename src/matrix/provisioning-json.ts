// What the core answers, in the words of the provisioning API. Pure conversion; decides nothing.

import type { BridgeError, BridgeErrorCode } from '../bridge/errors.ts';
import { assertNever } from '../bridge/errors.ts';
import type { LoginState, LoginStateKind } from '../bridge/events.ts';
import type { LoginField } from '../bridge/network.ts';
import type { AskedField, LoginInfo, LoginStep, Person, ProvisioningResult } from '../bridge/provisioning-types.ts';
import type { JsonObject } from './checks.ts';
import { HttpProblem } from './http-body.ts';

export interface Surroundings {
  readonly domain: string;
  /** The id in the registration. */
  readonly bridgeId: string;
}

export function toBody(result: ProvisioningResult, surroundings: Surroundings): JsonObject {
  switch (result.type) {
    case 'whoami':
      return whoami(result, surroundings);
    case 'capabilities':
      return CAPABILITIES;
    case 'flows':
      return { flows: result.flows };
    case 'step':
      return toStep(result.step);
    case 'logins':
      return { login_ids: result.logins };
    case 'contacts':
      return { contacts: result.people.map(toPerson) };
    case 'found':
      return { results: result.people.map(toPerson) };
    case 'person':
      return toPerson(result.person);
    case 'done':
      return {};
    default:
      return assertNever(result);
  }
}

/** The status and the Matrix error of a sentence of the core. */
export function toProblem(error: BridgeError): HttpProblem {
  const [status, errcode] = PROBLEMS[error.code];
  return new HttpProblem(error.retriable && status >= 500 ? 503 : status, errcode, error.message, { cause: error });
}

const PROBLEMS: Readonly<Record<BridgeErrorCode, readonly [status: number, errcode: string]>> = {
  'bad-input': [400, 'M_INVALID_PARAM'],
  'bad-state': [400, 'M_BAD_STATE'],
  'not-permitted': [403, 'M_FORBIDDEN'],
  'account-taken': [403, 'M_FORBIDDEN'],
  'not-found': [404, 'M_NOT_FOUND'],
  'not-connected': [400, 'M_BAD_STATE'],
  'recipient-offline': [400, 'M_BAD_STATE'],
  'recipient-unknown': [404, 'M_NOT_FOUND'],
  'not-delivered': [502, 'M_UNKNOWN'],
  uncertain: [502, 'M_UNKNOWN'],
  'too-long': [400, 'M_INVALID_PARAM'],
  unsupported: [501, 'M_UNRECOGNIZED'],
  'room-gone': [502, 'M_UNKNOWN'],
  'user-left': [400, 'M_BAD_STATE'],
  homeserver: [502, 'M_UNKNOWN'],
  'homeserver-fault': [502, 'M_UNKNOWN'],
  network: [502, 'M_UNKNOWN'],
  database: [500, 'M_UNKNOWN'],
  bug: [500, 'M_UNKNOWN'],
};

const CAPABILITIES: JsonObject = {
  resolve_identifier: {
    create_dm: true,
    lookup_email: true,
    lookup_username: true,
    lookup_phone: false,
    contact_list: true,
    search: true,
  },
  group_creation: {},
};

function whoami(
  { networks, flows, bot, managementRoom, logins }: Extract<ProvisioningResult, { type: 'whoami' }>,
  { domain, bridgeId }: Surroundings,
): JsonObject {
  return {
    // There is place for one; which network a login is of stands at its flow.
    network: {
      displayname: networks.map(({ name }) => name).join(', '),
      network_url: '',
      network_icon: '',
      network_id: networks[0]?.id ?? '',
      beeper_bridge_type: bridgeId,
    },
    login_flows: flows,
    homeserver: domain,
    bridge_bot: bot,
    command_prefix: '', // commands are given in rooms of their own
    ...(managementRoom !== undefined && { management_room: managementRoom }),
    logins: logins.map(toLogin),
  };
}

const STATES: Readonly<Record<LoginStateKind, string>> = {
  connecting: 'CONNECTING',
  connected: 'CONNECTED',
  disconnected: 'TRANSIENT_DISCONNECT',
  'server-down': 'TRANSIENT_DISCONNECT',
  'bad-credentials': 'BAD_CREDENTIALS',
  'signed-in-elsewhere': 'UNKNOWN_ERROR',
  refused: 'UNKNOWN_ERROR',
  'logged-out': 'LOGGED_OUT',
};

function toLogin({ id, address, serverName, nick, state }: LoginInfo): JsonObject {
  return {
    state: toState(state),
    id,
    name: `${address} (${serverName})`,
    profile: { username: address, ...(nick !== undefined && { name: nick }) },
  };
}

function toState({ kind, sentence, at }: LoginState): JsonObject {
  const isWell = kind === 'connecting' || kind === 'connected';
  return {
    state_event: STATES[kind],
    timestamp: Math.floor(at.getTime() / 1_000),
    ...(!isWell && { error: kind, message: sentence }),
  };
}

function toStep(step: LoginStep): JsonObject {
  const { process, id, instructions } = step;
  const head = { login_id: process, step_id: id, instructions };
  if (step.type === 'complete') return { ...head, type: 'complete', complete: { user_login_id: step.login } };
  return { ...head, type: 'user_input', user_input: { fields: step.fields.map(toField) } };
}

const FIELD_TYPES: Readonly<Record<LoginField['kind'], string>> = {
  choice: 'select',
  address: 'username',
  password: 'password',
  text: 'username', // there is no type for any text
};

function toField({ id, kind, prompt, options }: AskedField): JsonObject {
  return {
    type: FIELD_TYPES[kind],
    id,
    name: id.charAt(0).toUpperCase() + id.slice(1),
    description: prompt,
    ...(options && { options: shown(options) }),
  };
}

/** What people see is what comes back: labels, unless two are the same. */
function shown(options: NonNullable<LoginField['options']>): readonly string[] {
  const labels = options.map(({ label }) => label);
  return options.map(({ value, label }) => (labels.filter((one) => one === label).length > 1 ? value : label));
}

function toPerson({ network, id, address, name, ghost, room }: Person): JsonObject {
  return {
    id,
    name,
    identifiers: [`${network}:${address}`],
    mxid: ghost,
    ...(room !== undefined && { dm_room_mxid: room }),
  };
}
