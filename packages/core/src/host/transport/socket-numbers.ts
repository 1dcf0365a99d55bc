/**
 * Numbers of sockets in one namespace: the cookie (`sock_gen_cookie`) and, derived from it, the inode number of the
 * socket's file. Linux counts inodes for the whole machine, and gives cookies only to whom asks for one.
 */

const FIRST_INODE = 20_000;

export class SocketNumbers {
  private last = 0;

  next(): number {
    return ++this.last;
  }
}

/** The inode number of the file of the socket with that cookie. */
export const inodeOf = (cookie: number): number => FIRST_INODE + cookie;
