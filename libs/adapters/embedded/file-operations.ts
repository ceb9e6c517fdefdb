/**
 * The few things the log asks of a file system, as an object, so that a test can fill the disk or break a sync.
 * Everything rejects with Node's errors (`code` is ENOSPC, EIO and so on).
 */
import * as fs from 'node:fs';

export interface FileOperations {
  /** Opens for reading and writing; `create` fails when the file exists. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<number>;
  close(fd: number): Promise<void>;
  /** Bytes read; fewer than asked at the end of the file. */
  read(fd: number, into: Buffer, length: number, position: number): Promise<number>;
  /** Bytes written; fewer than asked when the disk is nearly full. */
  write(fd: number, from: Buffer, offset: number, length: number, position: number): Promise<number>;
  /** After this the bytes and the length of the file survive a power cut. */
  datasync(fd: number): Promise<void>;
  truncate(fd: number, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** After this the names in a directory survive a power cut. */
  syncDirectory(path: string): Promise<void>;
}

const FLAGS = { read: 'r', write: 'r+', create: 'wx+' } as const;

const settle =
  <T>(resolve: (value: T) => void, reject: (error: Error) => void) =>
  (error: NodeJS.ErrnoException | null, value: T) =>
    error ? reject(error) : resolve(value);

// Callbacks rather than fs.promises: a FileHandle costs twice the CPU per call, and the log makes thousands a second.
export const nodeFiles: FileOperations = {
  open: (path, mode) => new Promise((resolve, reject) => fs.open(path, FLAGS[mode], settle(resolve, reject))),
  close: (fd) => new Promise((resolve, reject) => fs.close(fd, (error) => (error ? reject(error) : resolve()))),
  read: (fd, into, length, position) => new Promise((resolve, reject) => fs.read(fd, into, 0, length, position, settle(resolve, reject))),
  write: (fd, from, offset, length, position) =>
    new Promise((resolve, reject) => fs.write(fd, from, offset, length, position, settle(resolve, reject))),
  datasync: (fd) => new Promise((resolve, reject) => fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()))),
  truncate: (fd, length) => new Promise((resolve, reject) => fs.ftruncate(fd, length, (error) => (error ? reject(error) : resolve()))),
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path, { force: true }),
  syncDirectory: async (path) => {
    const directory = await fs.promises.open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};
