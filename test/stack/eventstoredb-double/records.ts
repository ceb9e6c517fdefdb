export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  /** Ticks of 100 ns since 1970, as the server reports them. */
  readonly created: bigint;
  /** The event as it goes over the wire, kept from the first reading on. */
  encoded?: Buffer;
}
