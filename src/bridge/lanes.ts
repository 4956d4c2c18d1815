// The names of journal lanes. A chat has one lane for each direction, so that a message waiting for the network's answer
// holds up nothing that comes from there (docs/decisions/0003).

import { type LoginId, portalText, type PortalKey, type RoomId } from './ids.ts';

export function remoteLane(key: PortalKey): string {
  return `remote ${portalText(key)}`;
}

/** Who asks to be let in, one after the other. */
export function requestLane(login: LoginId): string {
  return `requests ${login}`;
}

/** What the service has to say, one after the other. */
export function noticeLane(login: LoginId): string {
  return `notices ${login}`;
}

/** Whether a lane holds news of this login. */
export function isLaneOf(login: LoginId): (lane: string) => boolean {
  return (lane) => [requestLane(login), noticeLane(login)].includes(lane) || lane.startsWith(`remote ${login} `);
}

export function matrixLane(room: RoomId): string {
  return `matrix ${room}`;
}
