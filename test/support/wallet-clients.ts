/** One of many clients that move money on one wallet at once, with books of its own: what it was answered, and nothing else. */
import type { RpcName } from '@drawdown/api/contract';
import type { Allocation, BalanceAnswer, HoldAnswer } from './clients/answers';
import type { Pick as Chance } from './chance';
import { decimal, units } from './decimal';
import type { Transport, Said } from './clients/transports';
import type { Fields } from './clients/grpc-client';

const CENT = units('0.01');
/** Answered so, a command has done nothing, and the same key may be used again. */
const PASSING: ReadonlySet<string> = new Set(['CONTENTION', 'OVERLOADED', 'LOG_UNAVAILABLE', 'APPEND_UNKNOWN']);

interface Done {
  readonly rpc: RpcName;
  readonly request: Fields;
  readonly key: string | undefined;
  readonly text: string;
}
interface Paid {
  readonly invoice_id: string;
  left: bigint;
}

export class WalletClient {
  /** In units of 10^-9: what was answered to have moved. */
  readonly books = { added: 0n, paid: 0n, reversed: 0n, captured: 0n };
  /** How often what was answered, refusals by their codes. */
  readonly counts = new Map<string, number>();
  /** Retries that were not answered as the first time. */
  readonly surprises: string[] = [];
  readonly holds = new Map<string, bigint>();
  private readonly payments: Paid[] = [];
  private readonly done: Done[] = [];
  private made = 0;

  constructor(
    private readonly name: string,
    private readonly customer: string,
    private readonly transport: Transport,
    private readonly chance: Chance,
  ) {}

  /** One command, whatever chance says. */
  step(): Promise<unknown> {
    const dice = this.chance(1, 100);
    const amount = decimal(BigInt(this.chance(1, 400)) * CENT);
    if (dice <= 14) return this.add(amount);
    if (dice <= 48) return this.pay(amount);
    if (dice <= 62) return this.place(amount);
    if (dice <= 72) return this.settle('CaptureHold');
    if (dice <= 80) return this.settle('ReleaseHold');
    if (dice <= 98) return this.reverse();
    // Seldom: what a retry costs grows with the history before its command.
    return this.again();
  }

  /** Credits are worth 0.01: what is added is a fraction of a cent more than the amount. */
  private async add(amount: string): Promise<void> {
    const credits = decimal(units(amount) * 150n + units('0.3'));
    const said = await this.command('AddCredits', { credits, origin: 'paid', reference: this.name });
    if (said) this.books.added += units((said.body as { readonly grant: { readonly amount: string } }).grant.amount);
  }

  private async pay(due: string): Promise<void> {
    const invoice_id = `${this.name}/${this.made}`;
    const said = await this.command(
      'PayInvoice',
      { invoice_id, due },
      this.chance(0, 1) === 1,
      ({ body }) => (body as Fields)['payment'] !== undefined,
    );
    if (!said) return;
    const { paid, remaining } = said.body as { readonly paid: string; readonly remaining: string };
    if (units(paid) + units(remaining) !== units(due) || units(paid) % CENT !== 0n) this.surprises.push(`${invoice_id}: ${said.text}`);
    this.books.paid += units(paid);
    if (units(paid) > 0n) this.payments.push({ invoice_id, left: units(paid) });
  }

  private async place(amount: string): Promise<void> {
    const said = await this.command('PlaceHold', { amount });
    if (!said) return;
    const { hold } = said.body as HoldAnswer;
    this.holds.set(hold.hold_id, units(amount));
  }

  private async settle(rpc: 'CaptureHold' | 'ReleaseHold'): Promise<void> {
    const [hold_id = '', held = 0n] = [...this.holds][0] ?? [];
    if (!hold_id) return this.place('0.01');
    const amount = held > CENT ? held - CENT : held;
    const said = await this.command(rpc, rpc === 'CaptureHold' ? { hold_id, amount: decimal(amount) } : { hold_id });
    if (!said) return;
    this.holds.delete(hold_id);
    if (rpc === 'CaptureHold') this.books.captured += sumOf((said.body as { readonly allocations: readonly Allocation[] }).allocations);
  }

  private async reverse(): Promise<void> {
    const payment = this.payments.at(-1);
    if (!payment) return this.pay('0.05');
    const part = payment.left > CENT && this.chance(0, 1) === 1 ? (payment.left / CENT / 2n) * CENT : undefined;
    const amount = part === undefined ? {} : { amount: decimal(part) };
    const said = await this.command('ReverseInvoicePayment', { invoice_id: payment.invoice_id, ...amount });
    if (!said) return void this.payments.pop();
    const { reversed, returned } = said.body as { readonly reversed: string; readonly returned: readonly Allocation[] };
    if (units(reversed) !== (part ?? payment.left) || sumOf(returned) !== units(reversed))
      this.surprises.push(`${payment.invoice_id}: ${said.text}`);
    this.books.reversed += units(reversed);
    payment.left -= units(reversed);
    if (payment.left === 0n) this.payments.pop();
  }

  /** A command once more, by its key: the first answer has to come, to the letter. */
  private async again(): Promise<void> {
    const earlier = this.done[this.chance(0, this.done.length - 1)];
    if (!earlier) return this.add('1');
    const said = await this.send(earlier.rpc, earlier.request, earlier.key);
    this.count('again');
    if (said.text !== earlier.text) this.surprises.push(`${earlier.rpc} ${earlier.key} was answered ${earlier.text}, then ${said.text}`);
  }

  /** Undefined: it was refused. */
  private async command(
    rpc: RpcName,
    fields: Fields,
    keyed = true,
    keeps: (said: Said) => boolean = () => true,
  ): Promise<Said | undefined> {
    const key = keyed ? `${this.name}-${this.made}` : undefined;
    this.made += 1;
    const request = { customer_id: this.customer, ...fields };
    const said = await this.send(rpc, request, key);
    this.count(said.code || rpc);
    if (said.code) return undefined;
    if ((keyed || rpc === 'PayInvoice') && keeps(said)) this.done.push({ rpc, request, key, text: said.text });
    return said;
  }

  private async send(rpc: RpcName, request: Fields, key: string | undefined): Promise<Said> {
    for (;;) {
      const said = await this.transport(rpc, request, key);
      if (key === undefined || !PASSING.has(said.code)) return said;
      this.count(said.code);
    }
  }

  private count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

const sumOf = (parts: readonly Allocation[]): bigint => parts.reduce((sum, { amount }) => sum + units(amount), 0n);

/** All clients at once until so many commands are done. */
export async function runCommands(clients: readonly WalletClient[], commands: number): Promise<void> {
  let left = commands;
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) await client.step();
    }),
  );
}

export const figuresOf = ({ balance }: BalanceAnswer): readonly bigint[] => [units(balance.booked), units(balance.held)];
