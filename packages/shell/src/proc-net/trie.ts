/**
 * The level-compressed trie in which Linux keeps a routing table (fib_trie.c), as far as its shape goes: when a node doubles
 * and halves. Keys are IPv4 addresses as unsigned numbers. The shape depends a little on what was there before; here it
 * is that of routes which only came. Left out: removal, suffix lengths.
 */
const KEY_LENGTH = 32;
/**
 * A node doubles when so many percent of the children that it would have then would be in use, and halves below so many
 * percent of those that it has; the root is kept larger.
 */
const INFLATE = 50;
const INFLATE_ROOT = 30;
const HALVE = 25;
const HALVE_ROOT = 15;
const RESIZES_MAX = 10;

export class TrieLeaf {
  readonly key: number;
  readonly pos = 0;
  readonly bits = 0;
  parent: TrieNode | null = null;

  constructor(key: number) {
    this.key = key;
  }
}

type Child = TrieNode | TrieLeaf | null;

/** Bits `pos` to `pos + bits` of a key choose the child. */
export class TrieNode {
  readonly key: number;
  readonly pos: number;
  readonly bits: number;
  readonly children: Child[];
  parent: TrieNode | null = null;
  empty: number;
  full = 0;

  constructor(key: number, pos: number, bits: number) {
    const shift = pos + bits;
    this.key = shift < KEY_LENGTH ? Math.floor(key / 2 ** shift) * 2 ** shift : 0;
    this.pos = pos;
    this.bits = bits;
    this.empty = 2 ** bits;
    this.children = new Array<Child>(this.empty).fill(null);
  }

  /** Where `key` belongs; as great as `children` is long, or greater, when it is not below this node. */
  indexOf(key: number): number {
    return this.pos >= KEY_LENGTH ? 0 : Math.floor(difference(key, this.key) / 2 ** this.pos);
  }

  child(index: number): Child {
    return this.children[index] ?? null;
  }

  put(index: number, child: Child): void {
    const before = this.child(index);
    if (child === null && before !== null) this.empty++;
    if (child !== null && before === null) this.empty--;
    if (this.isFull(before)) this.full--;
    if (this.isFull(child)) this.full++;
    this.children[index] = child;
    if (child !== null) child.parent = this;
  }

  /** Whether no bits are skipped between this node and a child. */
  isFull(child: Child): child is TrieNode {
    return child instanceof TrieNode && child.pos + child.bits === this.pos;
  }

  get used(): number {
    return this.children.length - this.empty;
  }
}

const difference = (one: number, other: number): number => (one ^ other) >>> 0;

export class Trie {
  /** What holds the root: its one child. */
  private readonly top = new TrieNode(0, KEY_LENGTH, 0);

  get root(): Child {
    return this.top.child(0);
  }

  /** The leaf for `key`, made if there is none. */
  insert(key: number): TrieLeaf {
    let parent = this.top;
    let at = this.root;
    while (at instanceof TrieNode && at.indexOf(key) < at.children.length) {
      parent = at;
      at = at.child(at.indexOf(key));
    }
    if (at instanceof TrieLeaf && at.key === key) return at;
    if (at !== null) {
      const bit = 31 - Math.clz32(difference(key, at.key));
      const branch = new TrieNode(key, bit, 1);
      branch.put(branch.indexOf(key) ^ 1, at);
      parent.put(parent.indexOf(key), branch);
      parent = branch;
    }
    const leaf = new TrieLeaf(key);
    parent.put(parent.indexOf(key), leaf);
    let node: TrieNode = parent;
    while (node !== this.top) node = this.resize(node);
    return leaf;
  }

  private parentOf({ parent }: { readonly parent: TrieNode | null }): TrieNode {
    return parent ?? this.top;
  }

  /** What stands above the node when it has its right size. */
  private resize(start: TrieNode): TrieNode {
    let node = start;
    const index = this.parentOf(node).indexOf(node.key);
    let work = RESIZES_MAX;
    while (work > 0 && this.shouldInflate(node)) {
      const above = this.inflate(node);
      work--;
      node = above.child(index) as TrieNode;
    }
    if (work !== RESIZES_MAX) return this.parentOf(node);
    while (work > 0 && this.shouldHalve(node)) {
      const above = this.halve(node);
      work--;
      node = above.child(index) as TrieNode;
    }
    return this.parentOf(node);
  }

  private shouldInflate(node: TrieNode): boolean {
    const percent = this.parentOf(node) === this.top ? INFLATE_ROOT : INFLATE;
    const used = node.used + node.full;
    return used > 1 && node.pos > 0 && 50 * used >= percent * node.children.length;
  }

  private shouldHalve(node: TrieNode): boolean {
    const percent = this.parentOf(node) === this.top ? HALVE_ROOT : HALVE;
    return node.used > 1 && node.bits > 1 && 100 * node.used < percent * node.children.length;
  }

  private inflate(old: TrieNode): TrieNode {
    const node = new TrieNode(old.key, old.pos - 1, old.bits + 1);
    for (let i = old.children.length - 1; i >= 0; i--) {
      const child = old.child(i);
      if (child === null) continue;
      if (!old.isFull(child)) node.put(node.indexOf(child.key), child);
      else if (child.bits === 1) {
        node.put(2 * i + 1, child.child(1));
        node.put(2 * i, child.child(0));
      } else splitInto(node, 2 * i, child);
    }
    return this.replace(old, node);
  }

  private halve(old: TrieNode): TrieNode {
    const node = new TrieNode(old.key, old.pos + 1, old.bits - 1);
    for (let i = old.children.length - 2; i >= 0; i -= 2) {
      const [zero, one] = [old.child(i), old.child(i + 1)];
      if (zero === null || one === null) {
        node.put(i / 2, one ?? zero);
        continue;
      }
      const both = new TrieNode(zero.key, old.pos, 1);
      both.put(1, one);
      both.put(0, zero);
      node.put(i / 2, both);
    }
    return this.replace(old, node);
  }

  private replace(old: TrieNode, node: TrieNode): TrieNode {
    const above = this.parentOf(old);
    above.put(above.indexOf(node.key), node);
    let at = node;
    for (let i = at.children.length - 1; i >= 0; i--) {
      const child = at.child(i);
      if (at.isFull(child)) at = this.resize(child);
    }
    return above;
  }
}

/** Replaces a child without skipped bits by two, each with half of its children. */
function splitInto(node: TrieNode, index: number, child: TrieNode): void {
  const half = child.children.length / 2;
  const one = new TrieNode(child.key + 2 ** node.pos, child.pos, child.bits - 1);
  const zero = new TrieNode(child.key, child.pos, child.bits - 1);
  for (let i = half - 1; i >= 0; i--) {
    one.put(i, child.child(half + i));
    zero.put(i, child.child(i));
  }
  node.put(index + 1, one);
  node.put(index, zero);
}
