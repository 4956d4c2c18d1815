// Every fault of a link at every moment, with the whole program: each time the talk goes on afterwards, and of what was said
// meanwhile nothing is lost in silence and nothing comes twice.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FaultProxy, Weather } from '../support/fault-proxy.ts';
import { textsIn } from '../support/msn-person/message.ts';
import type { MsnPerson } from '../support/msn-person.ts';
import type { FaultMatch } from '../support/msn-server/faults.ts';
import { bodyOf, House, type Links, type Visitor } from './house.ts';

const ALICE = 'alice@example.com';
/** A connection that stood so long was a good one: the next sign-in comes soon. */
const STEADY_MS = 60_000;

interface Fault {
  readonly name: string;
  /** Makes the link bad that something is just said over, or both. */
  readonly strike: (links: Links, proxy: FaultProxy) => void;
  /** Nobody is told: it is found out by silence. */
  readonly isSilent?: true;
  /** Nothing is lost by it. */
  readonly isHarmless?: true;
}

function weather(name: string, bad: Weather): Fault {
  return { name, isHarmless: true, strike: (links) => (links.weather = bad) };
}

const FAULTS: readonly Fault[] = [
  weather('latency', { type: 'latency', ms: 20 }),
  weather('a slow drip', { type: 'drip', bytes: 40, everyMs: 1 }),
  weather('a split at every byte', { type: 'split' }),
  { name: 'a cut', strike: (_, proxy) => proxy.cut() },
  { name: 'a reset', strike: (_, proxy) => proxy.reset() },
  { name: 'half open', strike: (_, proxy) => proxy.loseConnections(), isSilent: true },
  {
    name: 'a halt in the middle of a line',
    strike: (_, proxy) => (proxy.weather = { type: 'halt', bytes: 3 }),
    isSilent: true,
  },
];

interface Moment {
  readonly name: string;
  readonly link: 'notification' | 'switchboard';
  /** The command of ours at whose arrival the link goes bad; none: at rest. */
  readonly at: FaultMatch | undefined;
}

const MOMENTS: readonly Moment[] = [
  { name: 'the sign-in', link: 'notification', at: { side: 'NS', verb: 'USR' } },
  { name: 'the coming of the contact list', link: 'notification', at: { side: 'NS', verb: 'SYN' } },
  {
    name: 'a message',
    link: 'switchboard',
    at: { side: 'SB', verb: 'MSG', user: ALICE, where: ({ payload }) => payload.includes('text/plain') },
  },
  { name: 'rest', link: 'notification', at: undefined },
];

describe.each(FAULTS)('$name', (fault) => {
  let house: House;
  let links: Links;
  let alice: Visitor;
  let bob: MsnPerson;
  let chat: string;
  let count = 0;

  beforeAll(async () => {
    house = await House.build({ badLinks: true });
    links = house.links(ALICE);
    alice = await house.signedIn('alice');
    bob = await house.onMsn('bob');
    await bob.say(ALICE, 'hello');
    chat = await alice.enters();
    await alice.person.waitForText(chat, 'hello');
  });
  afterAll(async () => house.pullDown());
  afterEach(() => {
    links.weather = { type: 'clear' };
    house.msn.faults.clear();
  });

  const seen = (condition: () => boolean): Promise<void> =>
    vi.waitFor(
      () => {
        if (!condition()) throw new Error(`it never came to be: ${condition.toString()}`);
      },
      { timeout: 20_000, interval: 5 },
    );

  /** The link goes bad when this arrives at the server. */
  function strikeAt({ link, at }: Moment): () => boolean {
    let struck = false;
    const strike = (): void => {
      struck = true;
      fault.strike(links, links[link]);
    };
    if (!at) strike();
    else {
      house.msn.faults.intercept = (side, user, command) => {
        const isMeant = side === at.side && command.verb === at.verb && (at.user ?? user) === user;
        if (!struck && isMeant && at.where?.(command) !== false) strike();
        return undefined;
      };
    }
    return () => struck;
  }

  /** What nobody is told is found out by the clock; it was bad only once. */
  async function noticed(before: number): Promise<void> {
    if (fault.isHarmless) return;
    if (fault.isSilent) await seen(() => links.vanished > before);
    if (fault.isSilent) house.clock.skip(35_000);
    links.weather = { type: 'clear' };
  }

  async function talkGoesOn(): Promise<void> {
    const [ours, theirs] = [`from alice ${count}`, `from bob ${count}`];
    await alice.person.say(chat, ours);
    const { chat: where } = await bob.waitForText(ours);
    await bob.waitForPresence(ALICE, 'NLN');
    await where.say(theirs); // the server may hold on to other conversations that are dead
    await alice.person.waitForText(chat, theirs);
    await alice.person.waitForText(chat, ours);
    const inRoom = alice.person.timeline(chat).map((event) => bodyOf(event));
    expect(textsIn(bob.messages).filter((text) => text === ours)).toHaveLength(1);
    expect(inRoom.filter((text) => text === theirs)).toHaveLength(1);
  }

  test.each(MOMENTS)('at $name', async (moment) => {
    count += 1;
    house.clock.skip(STEADY_MS);
    const before = links.vanished;
    const hasStruck = strikeAt(moment);
    if (moment.link === 'notification' && moment.at) house.msn.cut(ALICE);
    if (moment.at === undefined && fault.isSilent) house.clock.skip(50_000); // it is asked whether it is there
    const words = `meanwhile ${count}`;
    const said = moment.link === 'switchboard' ? await alice.person.say(chat, words) : undefined;
    await seen(hasStruck);
    await noticed(before);
    await talkGoesOn();
    if (said === undefined) return;
    const status = (): unknown => alice.person.statusOf(said)?.['status'];
    await house.homeserver.waitFor(() => status() !== undefined && status() !== 'PENDING', 'an outcome');
    const heard = textsIn(bob.messages).filter((text) => text === words).length;
    // what was not heard was told; what was heard may be in doubt
    const honest = fault.isHarmless ? ['1 SUCCESS'] : ['1 SUCCESS', '1 FAIL_RETRIABLE', '0 FAIL_RETRIABLE'];
    expect(honest).toContain(`${heard} ${String(status())}`);
  });

  test('nothing of this was against the rules of strict servers', () => {
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });
});
