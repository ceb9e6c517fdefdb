/** How a server can be, that a test wants it to be. They may be changed while the double runs in the test's own process. */
export interface Switches {
  /** Appends are answered "access denied", as for a user who may only read. */
  readOnly: boolean;
  /** Appends are answered with the words of a full disk. A real server ends itself then; see the README. */
  diskFull: boolean;
  /** Appends are taken and never answered. */
  silentAppends: boolean;
  /** Appends are carried out, and never answered. */
  silentAnswers: boolean;
  /** For each of the next reads, whether it is answered as by a server that is not ready. */
  readsNotReady: boolean[];
  /** Milliseconds before an append is carried out. */
  slowMs: number;
  /** Bytes of one append. */
  maxAppendSize: number;
  /** Names and passwords; where there are any, nobody else may do anything. Credentials travel over TLS only. */
  users: Readonly<Record<string, string>>;
  /** Whoever gives no credentials is let in. */
  anonymous: boolean;
}

export const asInstalled = (): Switches => ({
  readOnly: false,
  diskFull: false,
  silentAppends: false,
  silentAnswers: false,
  readsNotReady: [],
  slowMs: 0,
  maxAppendSize: 1024 * 1024,
  users: { admin: 'changeit' },
  anonymous: true,
});
