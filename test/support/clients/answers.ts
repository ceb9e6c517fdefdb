/** The parts of answers that tests look at, by their wire names. */

interface Grant {
  readonly grant_id: string;
  readonly amount: string;
  readonly remaining: string;
  readonly held?: string;
  readonly origin: 'paid' | 'free';
}

interface Hold {
  readonly hold_id: string;
  readonly amount: string;
  readonly expires_at?: string;
  readonly allocations: readonly Allocation[];
}

export interface Allocation {
  readonly grant_id: string;
  readonly amount: string;
}

export interface Balance {
  readonly customer_id: string;
  readonly credit_product_id?: string;
  readonly status: 'open' | 'paused' | 'closed';
  readonly booked: string;
  readonly held: string;
  readonly available: string;
  readonly uncovered: string;
  readonly consumed: string;
  readonly credit_equivalent?: string;
  readonly grants: readonly Grant[];
  readonly holds: readonly Hold[];
  readonly revision: number;
}

export interface BalanceAnswer {
  readonly revision: number;
  readonly balance: Balance;
}

export interface HoldAnswer extends BalanceAnswer {
  readonly hold: Hold;
}

interface UsageLine {
  readonly source: string;
  readonly id: string;
  readonly credits: string;
  readonly uncovered: string;
}

export interface Movement {
  readonly revision: number;
  readonly type: string;
  readonly amount: string;
  readonly uncovered: string;
  readonly booked: string;
  readonly available: string;
  readonly limit_id?: string;
  readonly hold_id?: string;
  readonly grant_id?: string;
  readonly usage: readonly UsageLine[];
  readonly usage_count: number;
  readonly event_id: string;
}

export interface Movements {
  readonly movements: readonly Movement[];
  readonly next_page_token?: string;
  readonly revision: number;
}

export interface UsageOutcome {
  readonly index: number;
  readonly status: 'applied' | 'duplicate' | 'rejected' | 'queued';
  readonly reason?: string;
  readonly detail?: string;
  readonly rejection_id?: string;
}

export interface UsageAnswer {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly accepted: number;
  readonly outcomes: readonly UsageOutcome[];
}

export interface Endpoint {
  readonly endpoint: { readonly endpoint_id: string; readonly url: string; readonly status: string };
  readonly secret: string;
}

export interface VerifySummary {
  readonly valid: boolean;
  readonly events: number;
  readonly streams: number;
  readonly balances: number;
  readonly findings: number;
}
