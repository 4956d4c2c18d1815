// What every store promises about logins: who may have one, who owns it, what is kept and what is sealed.

import { expect, test } from 'vitest';
import type { LoginState } from '../../src/bridge/events.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { Lease, SessionRecord } from '../../src/bridge/store.ts';
import { SqlSessions } from '../../src/store/sessions.ts';
import { loadSealer } from '../../src/store/keys.ts';
import { ALICE, contact, KEY, MALLORY, NETWORK, ROOM, seed, START, type Bench } from './harness.ts';

const CONNECTED: LoginState = { kind: 'connected', sentence: '', at: new Date(START.getTime() + 5_000) };

/** The sessions as another process sees them. */
async function elsewhere({ database, clock }: Bench): Promise<SqlSessions> {
  return new SqlSessions(database, await loadSealer(KEY, []), clock, 'process-2');
}

export function sessionContract(bench: () => Bench): void {
  const put = async (user = ALICE, login = seed()): Promise<SessionRecord> =>
    bench().store.sessions.put(NETWORK, user, login);
  const reread = async (): Promise<readonly SessionRecord[]> => bench().store.sessions.claimAll();

  test('a new login comes back as it was kept', async () => {
    const record = await put();
    expect(record).toMatchObject({
      id: 'net/home/bob@example.com',
      network: NETWORK,
      server: 'home',
      user: 'home/bob@example.com',
      address: 'bob@example.com',
      matrixUser: ALICE,
      wanted: { on: true },
      state: { kind: 'disconnected', sentence: '', at: START },
      connectedAt: undefined,
      memory: undefined,
    });
    const [again] = await reread();
    expect(again).toEqual({ ...record, token: again?.token });
    expect(again?.password.reveal()).toBe('password of bob@example.com');
  });

  test('what is wanted, the state and the memory are kept', async () => {
    const { sessions } = bench().store;
    const lease = await put();
    const memory = {
      protocol: 'V12',
      state: { version: 1, names: ['Bob\0', 'Zoë'], serial: '17' },
      ticket: { value: new Secret('t=ticket'), expiresAt: new Date('2027-01-01T00:00:00Z') },
    };
    const wishes = { status: 'busy', message: '', playing: 'drums', followName: true } as const;
    await sessions.setWanted(lease, { on: false, ...wishes, nick: 'Bob\0' });
    await sessions.recordState(lease, CONNECTED);
    await sessions.remember(lease, memory);
    const [record] = await reread();
    expect(record).toMatchObject({
      wanted: { on: false, ...wishes, nick: 'Bob\uFFFD' },
      state: CONNECTED,
      connectedAt: CONNECTED.at,
    });
    expect(record?.memory?.state).toEqual({ version: 1, names: ['Bob\uFFFD', 'Zoë'], serial: '17' });
    expect(record?.memory?.ticket?.value.reveal()).toBe('t=ticket');
    expect(record?.memory?.ticket?.expiresAt).toEqual(memory.ticket.expiresAt);

    await sessions.remember(record!, { protocol: 'V8' });
    await sessions.setWanted(record!, { on: true });
    const [later] = await reread();
    expect(later?.wanted).toEqual({ on: true });
    expect(later?.memory).toEqual({ protocol: 'V8' });
  });

  test('passwords and tickets are not readable in the table', async () => {
    const lease = await put();
    const memory = { protocol: 'V12', ticket: { value: new Secret('t=ticket'), expiresAt: START } };
    await bench().store.sessions.remember(lease, memory);
    const [row] = await bench().query<{ all: string }>(`select session::text as all from session`);
    for (const secret of ['password of bob', 't=ticket']) {
      expect(row?.all).not.toContain(secret);
      expect(row?.all).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  test('an account of somebody who has signed in with it is taken', async () => {
    const { sessions } = bench().store;
    await sessions.recordState(await put(ALICE), CONNECTED);
    await expect(put(MALLORY)).rejects.toMatchObject({ code: 'account-taken', retriable: false });
    const [record] = await reread();
    expect(record?.matrixUser).toBe(ALICE);
  });

  test('a first sign-in that is still under way is not taken over', async () => {
    const { sessions } = bench().store;
    const old = await put(ALICE);
    await expect(put(MALLORY)).rejects.toMatchObject({ code: 'account-taken' });
    for (const kind of ['connecting', 'server-down'] as const) {
      await sessions.recordState(old, { kind, sentence: '', at: START });
      await expect(put(MALLORY)).rejects.toMatchObject({ code: 'account-taken' });
    }
  });

  test('somebody who was refused and never signed in loses the account, with all that came with it', async () => {
    const { sessions, portals } = bench().store;
    const old = await put(ALICE);
    await sessions.recordState(old, { kind: 'bad-credentials', sentence: '', at: START });
    await sessions.setWanted(old, { on: true, nick: 'Alice' });
    await portals.put({
      login: old.id,
      chat: contact('Carol').chat,
      kind: 'dm',
      rooms: 0,
      user: undefined,
      name: '',
      room: ROOM,
    });
    const replaced = await put(MALLORY, { ...seed(), password: new Secret('second') });
    expect(replaced).toMatchObject({ matrixUser: MALLORY, wanted: { on: true }, memory: undefined });
    expect(replaced.wanted.nick).toBeUndefined();
    expect(replaced.password.reveal()).toBe('second');
    expect(await portals.ofLogin(old.id)).toEqual([]);
    await expect(sessions.recordState(old, CONNECTED)).rejects.toMatchObject({ code: 'database' });
  });

  test('of several users who ask for a fresh account at once, one has it', async () => {
    const users = Array.from({ length: 8 }, (_, index) => `@user${index}:example.org` as typeof ALICE);
    const results = await Promise.allSettled(users.map(async (user) => put(user)));
    const records = await reread();
    expect(records).toHaveLength(1);
    const winner = results[users.indexOf(records[0]!.matrixUser)];
    expect(winner?.status).toBe('fulfilled');
  });

  test('the same account under another id is taken too', async () => {
    const record = await put(ALICE);
    await bench().store.sessions.recordState(record, CONNECTED);
    const alias = { ...seed(), user: 'home/BOB@example.com' as SessionRecord['user'] };
    await expect(put(MALLORY, alias)).rejects.toMatchObject({ code: 'account-taken' });
  });

  test('signing in again corrects how the address is spelled', async () => {
    const first = await put();
    await bench().store.sessions.recordState(first, CONNECTED);
    const again = await put(ALICE, { ...seed(), address: 'Bob@Example.com' });
    expect(again).toMatchObject({ id: first.id, address: 'Bob@Example.com', token: first.token });
  });

  test('signing in again gives the new password and keeps the rest, the lease too', async () => {
    const { sessions } = bench().store;
    const first = await put();
    await sessions.setWanted(first, { on: false, nick: 'Bobby' });
    await sessions.recordState(first, CONNECTED);
    await sessions.remember(first, { protocol: 'V12', state: [3] });
    const epoch = await sessions.nextEpoch(first);
    const again = await put(ALICE, { ...seed(), password: new Secret('changed') });
    expect(again).toMatchObject({
      token: first.token,
      epoch,
      wanted: { on: true, nick: 'Bobby' },
      connectedAt: CONNECTED.at,
      memory: { protocol: 'V12', state: [3] },
    });
    expect(again.password.reveal()).toBe('changed');
  });

  test('whoever lost a session cannot write to it any more', async () => {
    const { sessions } = bench().store;
    const old: Lease = await put();
    const [taken] = await (await elsewhere(bench())).claimAll();
    expect(taken!.token).toBeGreaterThan(old.token);
    const writes = [
      sessions.setWanted(old, { on: false }),
      sessions.recordState(old, CONNECTED),
      sessions.remember(old, { protocol: 'V8' }),
      sessions.nextEpoch(old),
      sessions.saveRoster(old, [contact('Carol')], START),
      sessions.saveContact(old, contact('Carol')),
      sessions.remove(old),
    ];
    for (const result of await Promise.allSettled(writes)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'database', retriable: false } });
    }
    expect(await sessions.roster(old.id)).toEqual({ contacts: [], at: undefined });
    expect((await put()).token).toBeGreaterThan(taken!.token);
  });

  test('epochs only rise, also after a login was removed and came back', async () => {
    const { sessions } = bench().store;
    const first = await put();
    const epochs = [await sessions.nextEpoch(first), await sessions.nextEpoch(first)];
    await sessions.remove(first);
    const second = await put();
    expect(second.token).toBeGreaterThan(first.token);
    epochs.push(await sessions.nextEpoch(second));
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
    expect(new Set(epochs).size).toBe(3);
  });

  test('removing a login removes its contacts, portals and pairs', async () => {
    const { sessions, portals } = bench().store;
    const lease = await put();
    await sessions.saveRoster(lease, [contact('Carol')], START);
    await portals.put({
      login: lease.id,
      chat: contact('Carol').chat,
      kind: 'dm',
      rooms: 0,
      user: undefined,
      name: '',
      room: ROOM,
    });
    await sessions.remove(lease);
    await sessions.remove(lease); // nobody may have heard that it was done
    expect(await reread()).toEqual([]);
    expect(await portals.findByRoom(ROOM)).toBeUndefined();
    expect(await sessions.roster(lease.id)).toEqual({ contacts: [], at: undefined });
  });

  test('the roster is replaced as a whole and changed one by one, in order', async () => {
    const { sessions } = bench().store;
    const lease = await put();
    const [carol, dave, eve] = [contact('Carol'), contact('Dave', undefined), contact('Eve', ['a', 1])];
    await sessions.saveRoster(lease, [dave, carol], START);
    expect(await sessions.roster(lease.id)).toEqual({ contacts: [dave, carol], at: START });

    const later = new Date(START.getTime() + 1_000);
    const named = { ...carol, name: 'Carol \0\uD800', presence: { availability: 'online', label: 'Online' } as const };
    await sessions.saveRoster(lease, [carol, eve, carol], later);
    await Promise.all([
      sessions.saveContact(lease, { ...carol, name: 'Caro' }),
      sessions.saveContact(lease, dave),
      sessions.saveContact(lease, named),
    ]);
    expect(await sessions.roster(lease.id)).toEqual({
      contacts: [{ ...named, name: 'Carol \uFFFD\uFFFD' }, eve, dave],
      at: later,
    });
  });
}
