/** How much may be under way at once, by count and by bytes; who comes when it is full waits in line, within a bound. */
interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

export class InFlight {
  private readonly line: Waiting[] = [];
  private taken = 0;
  private bytesTaken = 0;

  constructor(
    private readonly countMax: number,
    private readonly bytesMax: number,
  ) {}

  get count(): number {
    return this.taken;
  }

  get waiting(): number {
    return this.line.length;
  }

  /** False: there was no room within the time. True: call `leave` with the same bytes when it is over. */
  enter(bytes: number, withinMs: number): Promise<boolean> | true {
    if (this.line.length === 0 && this.hasRoom(bytes)) return this.take(bytes);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        bytes,
        go: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.line.splice(this.line.indexOf(waiting), 1);
        resolve(false);
        this.next();
      }, withinMs);
      this.line.push(waiting);
    });
  }

  leave(bytes: number): void {
    this.taken -= 1;
    this.bytesTaken -= bytes;
    this.next();
  }

  private next(): void {
    for (let first = this.line[0]; first && this.hasRoom(first.bytes); first = this.line[0]) {
      this.line.shift();
      this.take(first.bytes);
      first.go();
    }
  }

  /** Alone it always has room. */
  private hasRoom(bytes: number): boolean {
    return this.taken === 0 || (this.taken < this.countMax && this.bytesTaken + bytes <= this.bytesMax);
  }

  private take(bytes: number): true {
    this.taken += 1;
    this.bytesTaken += bytes;
    return true;
  }
}
