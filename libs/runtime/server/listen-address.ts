/** Where a transport listens. There is no authentication yet: beyond this machine it opens only with INSECURE=true. */

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export class InsecureListener extends Error {
  constructor(transport: string, { host, port }: ListenAddress) {
    super(
      `the ${transport} transport would listen on ${host}:${port}, where others can reach it, and it asks nobody who they are. ` +
        `Listen on 127.0.0.1, or set INSECURE=true if something in front of it keeps strangers out.`,
    );
    this.name = 'InsecureListener';
  }
}

export class CannotListen extends Error {
  /** @param variables that say where to listen */
  constructor(variables: string, address: ListenAddress, cause: unknown) {
    super(`nothing can listen on ${addressText(address)}: ${saidBy(cause)}. Set ${variables} to an address that is free.`, { cause });
    this.name = 'CannotListen';
  }
}

const saidBy = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** What a server says when it cannot have its address, whichever way it says it. */
const NO_ADDRESS = /EADDRINUSE|EADDRNOTAVAIL|EACCES|ENOTFOUND/;

/** @throws CannotListen instead of an error about the address, and any other error as it is */
export async function listening<T>(variables: string, address: ListenAddress, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    throw NO_ADDRESS.test(saidBy(error)) ? new CannotListen(variables, address, error) : error;
  }
}

/** 127.0.0.0/8, ::1 and the name localhost. A name is not resolved: what it means can change. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

/** @throws InsecureListener */
export function assertMayListen(transport: string, address: ListenAddress, insecure: boolean): void {
  if (!insecure && !isLoopback(address.host)) throw new InsecureListener(transport, address);
}

export const addressText = ({ host, port }: ListenAddress): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
