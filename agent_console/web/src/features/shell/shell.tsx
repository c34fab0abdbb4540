import { memo, Suspense, useMemo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { modulesFor, PAGES, type Module } from "../../pages";
import { match, useBeside, usePlace, type Place } from "../../route";
import { useDesk } from "../../store/hooks";
import { Boundary } from "../../ui/boundary";
import { iconNamed } from "../../ui/icon";
import { Link } from "../../ui/link";
import { Bones, Empty, Failure } from "../../ui/panes";
import { askEntities, useEntities } from "../records/entities";
import { HereContext } from "./here";
import { ModuleMenu } from "./module-menu";
import { Rail, type Home } from "./rail";

interface Props {
  home: Home;
  /** Above every page: the status, the search, what must be known at once. */
  bar: ReactNode;
  tools: ReactNode;
  children: ReactNode;
}

/** The console's frame: modules on the left, the bar on top, and below it home or a page. Home is never taken down: work goes on there. */
export function Shell({ home, bar, tools, children }: Props) {
  const place = usePlace();
  const { role } = useDesk().session.user;
  const { entities } = useEntities();
  const atHome = place.path === home.path;
  const beside = useBeside();
  const modules = useMemo(() => modulesFor({ role, entities }, iconNamed), [role, entities]);
  const here = useMemo(() => ({ place: { path: home.path, search: "" }, shown: atHome }), [home.path, atHome]);
  return (
    <div className="console">
      <Rail home={home} modules={modules} />
      <div className="console-main">
        {bar}
        <HereContext.Provider value={here}><div className="console-home" hidden={!atHome}>{children}</div></HereContext.Provider>
        {beside && <Beside place={beside} shown={!atHome} modules={modules} homePath={home.path} />}
      </div>
      {tools}
    </div>
  );
}

interface BesideProps {
  place: Place;
  shown: boolean;
  modules: Module[];
  homePath: string;
}

/** What happens at home draws it anew only when it concerns it. */
const Beside = memo(function Beside({ place, shown, modules, homePath }: BesideProps) {
  const module = moduleAt(modules, place.path);
  const here = useMemo(() => ({ place, shown }), [place, shown]);
  return (
    <HereContext.Provider value={here}>
      <div className="console-page" hidden={!shown}>
        {module && module.entries.length > 1 && <ModuleMenu module={module} path={place.path} />}
        <Boundary key={place.path}>
          <Suspense fallback={<main className="page-bones"><Bones lines={6} /></main>}>
            <AtPage path={place.path} homePath={homePath} />
          </Suspense>
        </Boundary>
      </div>
    </HereContext.Provider>
  );
});

/** The module whose menu has this path, or what is below it. */
export function moduleAt(modules: readonly Module[], path: string): Module | null {
  const fits = (address: string): boolean => path === address || path.startsWith(`${address}/`);
  return modules.find((module) => module.entries.some(({ address }) => fits(address))) ?? null;
}

function AtPage({ path, homePath }: { path: string; homePath: string }) {
  const { t } = useTranslation();
  const { session } = useDesk();
  const { entities, problem } = useEntities();
  if (!entities && path.startsWith("/records")) return problem ? <main><Failure problem={problem} retry={() => void askEntities()} /></main> : <main className="page-bones"><Bones lines={6} /></main>;
  const who = { role: session.user.role, entities };
  for (const page of PAGES) {
    const params = page.for(who) ? match(page.path, path) : null;
    if (params) return <page.component params={params} />;
  }
  return <main><Empty icon="question" title={t("page.missing")}><p>{t("page.missing_text")}</p><Link to={homePath} className="btn">{t("page.home")}</Link></Empty></main>;
}
