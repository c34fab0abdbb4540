/**
 * Every page of the console beside its home (the desk of agents, the board of all others): one row each.
 * To add one: write the component, name it here, and add the words `page.<id>`; its path must begin as agent_console/pages.py serves it.
 */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { Role } from "./net/types";
import { allows, listAddress, type EntityDoc } from "./features/records/entities";
import type { Params } from "./route";
import type { IconName } from "./ui/icon";

/** Who looks: what a page may depend on. `entities` is null until the server has told them. */
export interface Who {
  role: Role;
  entities: readonly EntityDoc[] | null;
}

export interface PageProps {
  params: Params;
}

export interface Page {
  id: string;
  /** `:name` takes one segment of the path. */
  path: string;
  icon: IconName;
  /** In whose menu it stands; null: in none. */
  module: string | null;
  for: (who: Who) => boolean;
  component: LazyExoticComponent<ComponentType<PageProps>>;
}

const keepers = ({ role }: Who): boolean => role !== "agent";
const administrators = ({ role }: Who): boolean => role === "admin";
// until the server has told, nobody who came by a link is sent away
const importers = ({ entities }: Who): boolean => entities === null || entities.some((entity) => allows(entity, "import"));
const everybody = (): boolean => true;

export const PAGES: readonly Page[] = [
  { id: "sla", path: "/sla", icon: "clock", module: "promises", for: keepers, component: lazy(() => import("./features/sla/sla-page").then((m) => ({ default: m.SlaPage }))) },
  { id: "planner", path: "/planner", icon: "chart", module: "promises", for: keepers, component: lazy(() => import("./features/board/planner-page")) },
  { id: "work", path: "/work", icon: "check", module: "work", for: everybody, component: lazy(() => import("./features/casework/work-page")) },
  { id: "attachments", path: "/attachments", icon: "clip", module: "work", for: everybody, component: lazy(() => import("./features/attachments/attachments-page")) },
  { id: "issues", path: "/issues", icon: "warn", module: "work", for: everybody, component: lazy(() => import("./features/casework/overview-page")) },
  { id: "outbox", path: "/outbox", icon: "send", module: "work", for: keepers, component: lazy(() => import("./features/writing/outbox-page")) },
  { id: "audit", path: "/admin/audit", icon: "shield", module: "settings", for: administrators, component: lazy(() => import("./features/admin/audit-page")) },
  { id: "call_record", path: "/calls/:id", icon: "phone", module: null, for: everybody, component: lazy(() => import("./features/callrecord/record-page")) },
  // these have pages of their own in place of the list
  { id: "code_lists", path: "/records/code-values", icon: "list", module: null, for: everybody, component: lazy(() => import("./features/admin/code-lists-page")) },
  { id: "units", path: "/records/org-units", icon: "building", module: null, for: everybody, component: lazy(() => import("./features/admin/units-page")) },
  { id: "duplicates", path: "/customers/duplicates", icon: "users", module: "customers", for: keepers, component: lazy(() => import("./features/customers/duplicates-page")) },
  { id: "repairs", path: "/customers/repairs", icon: "pen", module: "customers", for: everybody, component: lazy(() => import("./features/customers/repair-page")) },
  { id: "quality", path: "/customers/quality", icon: "chart", module: "customers", for: keepers, component: lazy(() => import("./features/customers/quality-page")) },
  { id: "handover", path: "/customers/handover", icon: "arrowOut", module: "customers", for: keepers, component: lazy(() => import("./features/customers/handover-page")) },
  { id: "imports", path: "/imports", icon: "arrowIn", module: "settings", for: importers, component: lazy(() => import("./features/imports/imports-page").then((m) => ({ default: m.ImportsPage }))) },
  { id: "renewals", path: "/renewals", icon: "calendar", module: "service", for: keepers, component: lazy(() => import("./features/contracts/renewals-page")) },
  { id: "branding", path: "/admin/branding", icon: "building", module: "settings", for: administrators, component: lazy(() => import("./features/admin/branding-page")) },
  { id: "flows", path: "/admin/flows", icon: "branch", module: "settings", for: keepers, component: lazy(() => import("./features/flows/flows-page")) },
  { id: "flow", path: "/admin/flows/:id", icon: "branch", module: null, for: keepers, component: lazy(() => import("./features/flows/editor-page")) },
  { id: "prompts", path: "/admin/prompts", icon: "horn", module: "settings", for: keepers, component: lazy(() => import("./features/flows/prompts-page")) },
  { id: "inquiry_forms", path: "/admin/forms", icon: "form", module: "settings", for: keepers, component: lazy(() => import("./features/inquiries/forms-page")) },
  { id: "inquiry_form", path: "/admin/forms/:id", icon: "form", module: null, for: keepers, component: lazy(() => import("./features/inquiries/editor-page")) },
  { id: "guard", path: "/admin/guard", icon: "shield", module: "settings", for: keepers, component: lazy(() => import("./features/guard/guard-page")) },
  { id: "set_aside", path: "/admin/set-aside", icon: "mail", module: "settings", for: keepers, component: lazy(() => import("./features/mailin/set-aside-page")) },
  { id: "faxes", path: "/admin/faxes", icon: "fax", module: "work", for: keepers, component: lazy(() => import("./features/fax/faxes-page")) },
  { id: "people", path: "/admin/people", icon: "users", module: "settings", for: administrators, component: lazy(() => import("./features/people/people-page")) },
  { id: "article_review", path: "/knowledge/review", icon: "check", module: "knowledge", for: everybody, component: lazy(() => import("./features/knowledge/review-page")) },
  { id: "corrections", path: "/knowledge/corrections", icon: "pen", module: "customers", for: everybody, component: lazy(() => import("./features/knowledge/corrections-page")) },
  { id: "article", path: "/records/articles/:id", icon: "book", module: null, for: everybody, component: lazy(() => import("./features/knowledge/article-page")) },
  { id: "records", path: "/records/:collection", icon: "rows", module: null, for: everybody, component: lazy(() => import("./features/records/list-page")) },
  { id: "record", path: "/records/:collection/:id", icon: "case", module: null, for: everybody, component: lazy(() => import("./features/records/record-page")) },
];

/** The modules of the rail, in its order. An entity's `module` puts it here; one that is not named comes last, with its own name. */
export const MODULES: Readonly<Record<string, IconName>> = {
  customers: "users",
  service: "case",
  sales: "tag",
  knowledge: "book",
  campaigns: "bell",
  work: "check",
  reports: "chart",
  promises: "clock",
  settings: "gear",
};

export interface Entry {
  id: string;
  address: string;
  icon: IconName;
  /** An entity is called as it says itself; a page by the catalogue. */
  entity: EntityDoc | null;
}

export interface Module {
  id: string;
  icon: IconName;
  entries: Entry[];
}

// kept where they belong: views in their lists, what belongs to a customer on the customer's page
const NOT_IN_MENUS = new Set(["saved_view", "contact_point", "relationship", "party_identifier", "consent"]);

/** What is everybody's to read but only some people's to change is settings: a menu shows it to those alone. */
function inMenu(entity: EntityDoc, role: Role): boolean {
  if (NOT_IN_MENUS.has(entity.name)) return false;
  return entity.module !== "settings" || allows(entity, "update") || (role === "admin" && allows(entity, "create"));
}

/** What a module is about comes first in it, and is where the module's icon leads. */
const FIRST_OF_ALL = new Set(["party", "case"]);
const mainFirst = (one: EntityDoc, two: EntityDoc): number => Number(FIRST_OF_ALL.has(two.name)) - Number(FIRST_OF_ALL.has(one.name));

/** The menus of somebody: each module with its pages and entities; empty ones are not shown. */
export function modulesFor(who: Who, iconOf: (name: string) => IconName): Module[] {
  const shown = (who.entities ?? []).filter((entity) => inMenu(entity, who.role)).sort(mainFirst);
  const pages = PAGES.filter((page) => page.module !== null && page.for(who));
  const names = new Set([...Object.keys(MODULES), ...shown.map((entity) => entity.module), ...pages.map((page) => page.module ?? "")]);
  return [...names]
    .map((id) => ({
      id,
      icon: MODULES[id] ?? "case",
      entries: [
        ...shown.filter((entity) => entity.module === id).map((entity): Entry => ({ id: entity.name, address: listAddress(entity), icon: iconOf(entity.icon), entity })),
        ...pages.filter((page) => page.module === id).map((page): Entry => ({ id: page.id, address: page.path, icon: page.icon, entity: null })),
      ],
    }))
    .filter((module) => module.entries.length > 0);
}
