// What differs between room versions, as a table. A version is a row: the earlier one, and what changed.

export interface RoomVersion {
  readonly id: string;
  /** Where a redaction names its target. */
  readonly redactsIn: 'event' | 'content';
  /** `m.room.create` repeats its sender as `creator`. */
  readonly creatorInContent: boolean;
  /** Creators have infinite power and must not stand in the power levels. */
  readonly creatorsRule: boolean;
  /** The room id is the hash of the create event and has no domain part. */
  readonly idIsHash: boolean;
  /** The level that a fresh room asks for a tombstone. */
  readonly tombstoneLevel: number;
}

const V10: RoomVersion = {
  id: '10',
  redactsIn: 'event',
  creatorInContent: true,
  creatorsRule: false,
  idIsHash: false,
  tombstoneLevel: 100,
};
const V11: RoomVersion = { ...V10, id: '11', redactsIn: 'content', creatorInContent: false };
const V12: RoomVersion = { ...V11, id: '12', creatorsRule: true, idIsHash: true, tombstoneLevel: 150 };

export const ROOM_VERSIONS: ReadonlyMap<string, RoomVersion> = new Map([V10, V11, V12].map((row) => [row.id, row]));
