/** Grants that begin, are warned of, and expire: posted when their moment has come, by a sweep or beside a command. */
import { ZERO } from '@drawdown/domain/amounts';
import type { EventsOf } from '../events';
import type { Postings, Room } from '../postings';
import { type Balance, withMovement } from '../state';
import { type Allocation, expired, type Grant, ordinalOfGrant, unheld } from './grant';
import type { expiryEvents } from './grants.events';

/** Posts the expiry of the free amounts of expired grants: of all of them, or only of those that an allocation returned to. */
export function expireGrants(postings: Postings, only?: Allocation, room?: Room): void {
  const ids = only && new Set(only.map((part) => part.grant));
  const due = postings.state.grants
    .filter((grant) => expired(grant, postings.due) && unheld(grant) > ZERO && (!ids || ids.has(grant.id)))
    .sort(bySoonestExpiry);
  for (const grant of due) {
    if (room && !postings.fits(1, room)) break;
    const after = postings.state.grants.map((each) => (each.id === grant.id ? { ...each, remaining: each.held } : each));
    const fields = { grantId: grant.id, expiresAt: grant.expiresAt ?? postings.at, amount: unheld(grant) };
    postings.move('GrantExpired', fields, after);
  }
}

/** Grants that were recorded ahead of their time, which has begun now. */
export function activateGrants(postings: Postings, room: Room): void {
  for (const { id: grantId, effectiveAt, upcoming } of postings.state.grants)
    if (upcoming && effectiveAt !== undefined && effectiveAt <= postings.due && postings.fits(1, room))
      postings.note('GrantBecameEffective', { grantId, effectiveAt });
}

/** Grants that will expire before long. */
export function warnExpiring(postings: Postings, room: Room): void {
  const due = postings.state.grants.filter(({ warnAt }) => warnAt !== undefined && warnAt <= postings.due);
  for (const { id: grantId, expiresAt, remaining: amount } of due.sort(
    (a, b) => bySoonestExpiry(a, b) || ordinalOfGrant(a) - ordinalOfGrant(b),
  ))
    if (postings.fits(1, room)) postings.note('GrantExpiring', { grantId, expiresAt: expiresAt ?? postings.at, amount });
}

export function evolveExpiry(state: Balance, event: EventsOf<typeof expiryEvents>): Balance {
  switch (event.type) {
    case 'GrantExpired':
      return withMovement(state, event.grants, { expired: event.amount });
    case 'GrantExpiring':
      return { ...state, grants: state.grants.map((grant) => (grant.id === event.grantId ? withoutWarning(grant) : grant)) };
    case 'GrantBecameEffective':
      return { ...state, grants: state.grants.map((grant) => (grant.id === event.grantId ? withoutUpcoming(grant) : grant)) };
  }
}

const bySoonestExpiry = (a: Grant, b: Grant): number => (a.expiresAt ?? 0) - (b.expiresAt ?? 0);
const withoutWarning = ({ warnAt: _, ...grant }: Grant): Grant => grant;
const withoutUpcoming = ({ upcoming: _, ...grant }: Grant): Grant => grant;
