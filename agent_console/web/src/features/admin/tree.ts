/** Departments as a tree (pure). */
export interface Unit {
  id: string;
  name: string;
  code: string | null;
  parent_id: string | null;
}

export interface Branch {
  unit: Unit;
  children: Branch[];
  /** How many are below. */
  below: number;
}

/** The tree; a unit whose parent is not there (removed, not ours to see) stands at the top. */
export function grown(units: readonly Unit[]): Branch[] {
  const branches = new Map(units.map((unit): [string, Branch] => [unit.id, { unit, children: [], below: 0 }]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const above = branch.unit.parent_id === null ? undefined : branches.get(branch.unit.parent_id);
    (above?.children ?? roots).push(branch);
  }
  const count = (branch: Branch): number => (branch.below = branch.children.reduce((sum, child) => sum + 1 + count(child), 0));
  roots.forEach(count);
  return roots;
}

/** The branches that lead to what is sought; null when nothing is: everything. */
export function pruned(branches: readonly Branch[], words: string): Branch[] {
  const sought = words.trim().toLowerCase();
  if (sought === "") return [...branches];
  const fits = ({ name, code }: Unit): boolean => name.toLowerCase().includes(sought) || (code ?? "").toLowerCase().includes(sought);
  return branches.flatMap((branch): Branch[] => {
    const children = pruned(branch.children, words);
    if (fits(branch.unit)) return [{ ...branch, children: children.length > 0 ? children : branch.children }];
    return children.length > 0 ? [{ ...branch, children }] : [];
  });
}

export const idsOf = (branches: readonly Branch[]): string[] => branches.flatMap((branch) => [branch.unit.id, ...idsOf(branch.children)]);

/** The ids of a unit and all above it. */
export function lineOf(units: readonly Unit[], id: string): string[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const line: string[] = [];
  for (let at = byId.get(id); at && !line.includes(at.id); at = at.parent_id === null ? undefined : byId.get(at.parent_id)) line.push(at.id);
  return line;
}
