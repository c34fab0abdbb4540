import { useEffect } from "react";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Bones, Failure } from "../../ui/panes";
import { importPath } from "./imports-page";
import { Mapping } from "./mapping";
import { Progress } from "./progress";
import { AT_WORK, UNSTARTED, type ImportDoc, type Preview } from "./types";

const LOOK_AGAIN_MS = 700;

interface Props {
  id: string;
  seen: Preview | null;
  changed: () => void;
  gone: () => void;
}

/** One import in whatever state it is; while it is worked on, it is looked at again and again. */
export function ImportView({ id, seen, changed, gone }: Props) {
  const { data: item, problem, again } = useResource(`import ${id}`, () => call<ImportDoc>("GET", importPath(id)));
  const unstarted = item !== null && UNSTARTED.includes(item.state);
  const { data: fetched, again: lookAgain } = useResource(unstarted && !seen ? `preview ${id}` : null, () => call<Preview>("GET", importPath(id, "/preview")));
  const moving = item !== null && (AT_WORK.includes(item.state) || (!item.searchable && !item.dry_run && item.state === "finished"));
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [moving, again]);
  const state = item?.state;
  useEffect(changed, [state, changed]);
  if (!item) return problem ? <Failure problem={problem} retry={again} /> : <Bones lines={6} />;
  const preview = fetched ?? seen;
  return (
    <div className="import-view">
      {item.state !== "draft" && <Progress item={item} changed={again} />}
      {unstarted && (preview ? <Mapping key={preview.item.layout.delimiter + preview.item.layout.encoding + String(preview.item.layout.header)} item={item} preview={preview} started={again} looked={lookAgain} gone={gone} /> : <Bones lines={6} />)}
    </div>
  );
}
