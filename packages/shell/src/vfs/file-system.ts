/**
 * The file system of one machine: a tree in memory, walked as `path_resolution(7)` says. Everybody is root, so permission
 * bits matter only for execution. Calls give the result or an errno.
 */
import { type Instant, START } from "@lvsim/core";
import { FileError } from "../process/errno.ts";
import type { OpenFile } from "../process/open-file.ts";
import type { Process } from "../process/process.ts";
import { type Directory, directory, type Node, regularFile } from "./node.ts";
import { type OpenMode, OpenRegularFile, OpenSyntheticFile, type Space } from "./open-files.ts";
import { basename, dirname } from "./path.ts";

const LINKS_MAX = 40;
const NAME_MAX = 255;
const PATH_MAX = 4096;

/** Characters of files: 64 Mi in all, 16 Mi in one. */
const SPACE_TOTAL = 1 << 26;
const SPACE_PER_FILE = 1 << 24;
/** Entries of all directories. */
const NODES_MAX = 65_536;

interface Place {
  readonly parent: Directory;
  readonly name: string;
  readonly node: Node | undefined;
}

export class FileSystem {
  readonly root: Directory = directory(START);
  private readonly space: Space = { used: 0, total: SPACE_TOTAL, perFile: SPACE_PER_FILE };
  private readonly now: () => Instant;
  private nodeCount = 0;

  constructor(now: () => Instant) {
    this.now = now;
  }

  /** What `path` leads to; with `follow` false a last symbolic link is the answer itself. */
  resolve(path: string, cwd: string, follow = true, process: Process | null = null): Node | number {
    const place = this.walk(path, cwd, follow, process, { count: 0 });
    if (typeof place === "number") return place;
    return place.node ?? FileError.ENOENT;
  }

  open(process: Process, path: string, mode: OpenMode): OpenFile | number {
    const place = this.walk(path, process.cwd, true, process, { count: 0 });
    if (typeof place === "number") return place;
    let node = place.node;
    if (node === undefined) {
      if (mode.create !== true) return FileError.ENOENT;
      if (path.endsWith("/")) return FileError.EISDIR;
      node = regularFile(this.now(), "", (mode.mode ?? 0o666) & ~process.umask);
      const errno = this.insert(place.parent, place.name, node);
      if (errno !== 0) return errno;
    } else if (mode.exclusive === true) return FileError.EEXIST;
    return this.openNode(process, node, mode);
  }

  private openNode(process: Process, node: Node, mode: OpenMode): OpenFile | number {
    if (node.kind === "directory") return mode.write ? FileError.EISDIR : new OpenDirectory();
    if (node.kind === "device") return node.open(process);
    if (node.kind === "synthetic") {
      if (mode.write && (node.mode & 0o222) === 0) return FileError.EACCES;
      return new OpenSyntheticFile(node, process);
    }
    if (node.kind === "link") return FileError.ELOOP;
    if (mode.write && node.readOnly) return FileError.EROFS;
    if (mode.truncate === true) {
      this.space.used -= node.content.length;
      node.content = "";
      node.modified = this.now();
    }
    return new OpenRegularFile(node, mode, this.space, this.now);
  }

  /** Puts `node` at `path`; EEXIST when something is there. */
  create(path: string, cwd: string, node: Node): number {
    const place = this.walk(path, cwd, false, null, { count: 0 });
    if (typeof place === "number") return place;
    if (place.node !== undefined) return FileError.EEXIST;
    return this.insert(place.parent, place.name, node);
  }

  unlink(path: string, cwd: string): number {
    const place = this.walk(path, cwd, false, null, { count: 0 });
    if (typeof place === "number") return place;
    if (place.node === undefined) return FileError.ENOENT;
    if (place.node.kind === "directory") return FileError.EISDIR;
    return this.remove(place, place.node);
  }

  rmdir(path: string, cwd: string): number {
    const place = this.walk(path, cwd, false, null, { count: 0 });
    if (typeof place === "number") return place;
    if (place.node === undefined) return FileError.ENOENT;
    if (place.node.kind !== "directory") return FileError.ENOTDIR;
    if (place.node === this.root || place.node.provider !== null) return FileError.EBUSY;
    if (place.node.entries.size > 0) return FileError.ENOTEMPTY;
    return this.remove(place, place.node);
  }

  rename(from: string, to: string, cwd: string): number {
    const source = this.walk(from, cwd, false, null, { count: 0 });
    if (typeof source === "number") return source;
    const node = source.node;
    if (node === undefined) return FileError.ENOENT;
    const target = this.walk(to, cwd, false, null, { count: 0 });
    if (typeof target === "number") return target;
    if (target.node === node) return 0;
    if (node.kind === "directory" && this.isWithin(target.parent, node)) return FileError.EINVAL;
    if (source.parent.readOnly || target.parent.readOnly) return FileError.EROFS;
    if (source.parent.provider !== null || target.parent.provider !== null) return FileError.EPERM;
    if (target.node?.kind === "directory") {
      if (node.kind !== "directory") return FileError.EISDIR;
      if (target.node.entries.size > 0) return FileError.ENOTEMPTY;
    } else if (target.node !== undefined && node.kind === "directory") return FileError.ENOTDIR;
    if (target.node !== undefined) this.remove(target, target.node);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, node);
    source.parent.modified = this.now();
    target.parent.modified = this.now();
    return 0;
  }

  /** The text of a file as a program of the machine would read it without a process; undefined when there is none. */
  readText(path: string): string | undefined {
    const node = this.resolve(path, "/");
    return typeof node === "number" || node.kind !== "file" ? undefined : node.content;
  }

  /** Makes or replaces a file, and the directories above it. */
  writeText(path: string, content: string, mode = 0o644): void {
    this.makeDirectories(dirname(path));
    const node = this.resolve(path, "/");
    if (typeof node !== "number" && node.kind === "file" && node.program === null) {
      this.space.used += content.length - node.content.length;
      node.content = content;
      node.modified = this.now();
    } else {
      this.unlink(path, "/");
      this.create(path, "/", regularFile(this.now(), content, mode));
    }
  }

  /** `mkdir -p`. */
  makeDirectories(path: string): void {
    if (path === "/" || typeof this.resolve(path, "/") !== "number") return;
    this.makeDirectories(dirname(path));
    this.create(path, "/", directory(this.now()));
  }

  /** Puts a node anywhere, whatever was there: for images and mounts. */
  mount(path: string, node: Node): void {
    this.makeDirectories(dirname(path));
    const parent = this.resolve(dirname(path), "/");
    if (typeof parent !== "number" && parent.kind === "directory") {
      parent.entries.set(basename(path), node);
    }
  }

  private insert(parent: Directory, name: string, node: Node): number {
    if (parent.provider !== null) return FileError.ENOENT;
    if (parent.readOnly) return FileError.EROFS;
    if (name.length > NAME_MAX) return FileError.ENAMETOOLONG;
    const size = node.kind === "file" ? node.content.length : 0;
    if (this.nodeCount >= NODES_MAX || this.space.used + size > this.space.total)
      return FileError.ENOSPC;
    this.nodeCount++;
    this.space.used += size;
    parent.entries.set(name, node);
    parent.modified = this.now();
    return 0;
  }

  private remove(place: Place, node: Node): number {
    if (place.parent.provider !== null) return FileError.EPERM;
    if (place.parent.readOnly) return FileError.EROFS;
    this.nodeCount--;
    if (node.kind === "file") this.space.used -= node.content.length;
    place.parent.entries.delete(place.name);
    place.parent.modified = this.now();
    return 0;
  }

  private isWithin(inner: Directory, outer: Directory): boolean {
    if (inner === outer) return true;
    for (const entry of outer.entries.values()) {
      if (entry.kind === "directory" && this.isWithin(inner, entry)) return true;
    }
    return false;
  }

  private walk(
    path: string,
    cwd: string,
    follow: boolean,
    process: Process | null,
    links: { count: number },
  ): Place | number {
    if (path === "") return FileError.ENOENT;
    if (path.length > PATH_MAX) return FileError.ENAMETOOLONG;
    const parts = (path.startsWith("/") ? path : `${cwd}/${path}`)
      .split("/")
      .filter((p) => p !== "" && p !== ".");
    const trail: { name: string; node: Directory }[] = [];
    let place: Place = { parent: this.root, name: "", node: this.root };
    for (let i = 0; i < parts.length; i++) {
      const here = place.node;
      if (here === undefined) return FileError.ENOENT;
      if (here.kind !== "directory") return FileError.ENOTDIR;
      const name = parts[i] as string;
      if (name === "..") {
        const up = trail.pop();
        const above = trail[trail.length - 1]?.node ?? this.root;
        place = { parent: above, name: up?.name ?? "", node: up?.node ?? this.root };
        continue;
      }
      const node =
        here.provider === null ? here.entries.get(name) : here.provider.lookup(name, process);
      const isLast = i === parts.length - 1;
      if (node?.kind === "link" && (follow || !isLast || path.endsWith("/"))) {
        if (++links.count > LINKS_MAX) return FileError.ELOOP;
        const base = `/${parts.slice(0, i).join("/")}`;
        const rest = parts.slice(i + 1).join("/");
        return this.walk(
          rest === "" ? node.target : `${node.target}/${rest}`,
          base,
          follow,
          process,
          links,
        );
      }
      trail.push({ name, node: here });
      place = { parent: here, name, node };
    }
    if (path.endsWith("/") && place.node !== undefined && place.node.kind !== "directory")
      return FileError.ENOTDIR;
    return place;
  }
}

/** A directory opened for reading: nothing can be read from it. */
class OpenDirectory extends OpenRegularFile {
  constructor() {
    super(
      regularFile(START, ""),
      { read: true, write: false },
      { used: 0, total: 0, perFile: 0 },
      () => START,
    );
  }

  override read(): number {
    return FileError.EISDIR;
  }
}
