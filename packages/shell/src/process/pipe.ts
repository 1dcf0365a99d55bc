/** pipe(7): a bounded buffer with a read end and a write end; EOF when the last writer is gone, EPIPE when the last reader is. */
import { FileError } from "./errno.ts";
import { OpenFile } from "./open-file.ts";

/** Linux's default capacity; characters here. */
const PIPE_CAPACITY = 65_536;

class Channel {
  buffer = "";
  reader: ReadEnd | null = null;
  writer: WriteEnd | null = null;
}

class ReadEnd extends OpenFile {
  private readonly channel: Channel;

  constructor(channel: Channel) {
    super();
    this.channel = channel;
  }

  override read(max: number): string | number | null {
    const { buffer, writer } = this.channel;
    if (buffer === "") return writer === null ? "" : null;
    this.channel.buffer = buffer.slice(max);
    writer?.writable.wake();
    return buffer.slice(0, max);
  }

  override write(): number {
    return -FileError.EBADF;
  }

  protected override close(): void {
    this.channel.reader = null;
    this.channel.writer?.writable.wake();
  }
}

class WriteEnd extends OpenFile {
  private readonly channel: Channel;

  constructor(channel: Channel) {
    super();
    this.channel = channel;
  }

  override read(): number {
    return FileError.EBADF;
  }

  override write(text: string): number {
    const { buffer, reader } = this.channel;
    if (reader === null) return -FileError.EPIPE;
    const part = text.slice(0, PIPE_CAPACITY - buffer.length);
    if (part === "") return 0;
    this.channel.buffer = buffer + part;
    reader.readable.wake();
    return part.length;
  }

  protected override close(): void {
    this.channel.writer = null;
    this.channel.reader?.readable.wake();
  }
}

/** A fresh pipe; the caller owns one reference to either end. */
export function createPipe(): { readonly reader: OpenFile; readonly writer: OpenFile } {
  const channel = new Channel();
  const reader = new ReadEnd(channel);
  const writer = new WriteEnd(channel);
  channel.reader = reader;
  channel.writer = writer;
  return { reader, writer };
}
