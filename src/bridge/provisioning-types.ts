// What a program may ask of the bridge on behalf of a user, and what it is answered. Shapes only: knows no HTTP.

import type { LoginState } from './events.ts';
import type { LoginId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from './ids.ts';
import type { LoginField } from './network.ts';
import type { Secret } from './secret.ts';

/** `login`: which of the user's accounts; without it the first that is signed in. */
export type ProvisioningRequest =
  | { readonly type: 'whoami' }
  | { readonly type: 'capabilities' }
  | { readonly type: 'flows' }
  /** `login`: the account that is to have a new password. */
  | { readonly type: 'start-login'; readonly flow: string; readonly login?: string }
  | {
      readonly type: 'submit';
      readonly process: string;
      readonly step: string;
      /** By field. Any of them may be a password. */
      readonly values: ReadonlyMap<string, Secret>;
    }
  | { readonly type: 'cancel-login'; readonly process: string }
  /** `all`: every account of the user. */
  | { readonly type: 'logout'; readonly login: string }
  | { readonly type: 'logins' }
  | { readonly type: 'contacts'; readonly login?: string }
  | { readonly type: 'search'; readonly query: string; readonly login?: string }
  | { readonly type: 'resolve'; readonly identifier: string; readonly login?: string }
  | { readonly type: 'create-dm'; readonly identifier: string; readonly login?: string };

export type ProvisioningResult =
  | {
      readonly type: 'whoami';
      readonly networks: readonly { readonly id: NetworkId; readonly name: string }[];
      readonly bot: MatrixUserId;
      readonly flows: readonly LoginFlow[];
      readonly managementRoom: RoomId | undefined;
      readonly logins: readonly LoginInfo[];
    }
  | { readonly type: 'capabilities' }
  | { readonly type: 'flows'; readonly flows: readonly LoginFlow[] }
  | { readonly type: 'step'; readonly step: LoginStep }
  | { readonly type: 'logins'; readonly logins: readonly LoginId[] }
  | { readonly type: 'contacts'; readonly people: readonly Person[] }
  | { readonly type: 'found'; readonly people: readonly Person[] }
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'done' };

/** A way to sign in: one for each network. */
export interface LoginFlow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface LoginInfo {
  readonly id: LoginId;
  readonly address: string;
  readonly serverName: string;
  readonly nick: string | undefined;
  readonly state: LoginState;
}

/** `id` is the same whenever this is asked. `process`: what all steps of one sign-in have in common. */
export type LoginStep =
  | {
      readonly type: 'fields';
      readonly process: string;
      readonly id: string;
      readonly instructions: string;
      readonly fields: readonly AskedField[];
    }
  | {
      readonly type: 'complete';
      readonly process: string;
      readonly id: string;
      readonly instructions: string;
      readonly login: LoginId;
    };

export type AskedField = Pick<LoginField, 'id' | 'kind' | 'prompt' | 'options'>;

export interface Person {
  readonly network: NetworkId;
  readonly id: RemoteUserId;
  readonly address: string;
  readonly name: string;
  readonly ghost: MatrixUserId;
  /** Of the chat with this person, if there is one. */
  readonly room: RoomId | undefined;
}
