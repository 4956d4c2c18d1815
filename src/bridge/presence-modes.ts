// The ways in which contacts' presence may be shown in Matrix, as a table. Knows what each needs of Matrix.

import type { Presence } from './events.ts';
import type { MatrixUserId } from './ids.ts';
import type { Matrix } from './matrix.ts';

/**
 * - `matrix`: as presence, which runs out by itself and must be repeated
 * - `status`: as a line in the ghost's profile, which stays, for clients and homeservers without presence
 * - `board`: on the boards that users ask for, and nowhere else
 * - `off`: nowhere
 */
export type PresenceMode = 'matrix' | 'status' | 'board' | 'off';

/** A way for a ghost to show how its person is. */
export interface Display {
  show(ghost: MatrixUserId, presence: Presence): Promise<void>;
  /** It is forgotten after half a minute, so that who is there is shown again and again, and who is gone need not be. */
  readonly runsOut: boolean;
}

interface Way {
  /** Undefined: ghosts show nothing. */
  readonly display?: (matrix: Pick<Matrix, 'showPresence' | 'showStatus'>) => Display;
  readonly boards: boolean;
}

export const PRESENCE_MODES: Readonly<Record<PresenceMode, Way>> = {
  matrix: {
    display: (matrix) => ({ show: async (...shown) => matrix.showPresence(...shown), runsOut: true }),
    boards: true,
  },
  status: {
    display: (matrix) => ({ show: async (...shown) => matrix.showStatus(...shown), runsOut: false }),
    boards: true,
  },
  board: { boards: true },
  off: { boards: false },
};
