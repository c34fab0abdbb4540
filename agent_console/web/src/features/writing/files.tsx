import { useState } from "react";
import { useTranslation } from "react-i18next";
import { size } from "../../format";
import { call, Problem, segment } from "../../net/api";
import { Icon } from "../../ui/icon";
import type { DraftFile } from "./types";

export interface Coming {
  id: number;
  name: string;
  share: number;
}

let last = 0;

/** Send a file's bytes; `told` hears how much is there. */
export function upload(draft: string, file: File, inline: boolean, told: (share: number) => void): Promise<DraftFile> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/v1/drafts/${segment(draft)}/files/${segment(file.name || "file")}${inline ? "?inline=true" : ""}`);
    request.setRequestHeader("X-Trunkline", "1");
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => told(total ? loaded / total : 0);
    request.onerror = () => failed(new Problem("network.lost", 0));
    request.onload = () => {
      const body: unknown = request.responseText ? JSON.parse(request.responseText) : {};
      if (request.status < 300) done(body as DraftFile);
      else failed(problemIn(request.status, body as { code?: string; params?: Record<string, unknown> }));
    };
    request.send(file);
  });
}

const problemIn = (status: number, body: { code?: string; params?: Record<string, unknown> }): Problem => new Problem(body.code ?? `http.${status}`, status, body.params ?? {});

/** Files on their way, with how much of each is there. */
export function useComing(): [Coming[], (name: string) => { told: (share: number) => void; over: () => void }] {
  const [coming, setComing] = useState<Coming[]>([]);
  const begin = (name: string) => {
    const id = ++last;
    setComing((before) => [...before, { id, name, share: 0 }]);
    return {
      told: (share: number) => setComing((before) => before.map((each) => (each.id === id ? { ...each, share } : each))),
      over: () => setComing((before) => before.filter((each) => each.id !== id)),
    };
  };
  return [coming, begin];
}

export function FileList({ draft, files, coming, changed }: { draft: string; files: DraftFile[]; coming: Coming[]; changed: (files: DraftFile[]) => void }) {
  const { t } = useTranslation();
  const shown = files.filter(({ inline }) => !inline);
  if (shown.length + coming.length === 0) return null;
  const remove = (file: DraftFile): void => {
    changed(files.filter(({ id }) => id !== file.id));
    void call("DELETE", `/drafts/${segment(draft)}/files/${segment(file.id)}`);
  };
  return (
    <ul className="draft-files" aria-label={t("writing.files")}>
      {shown.map((file) => (
        <li key={file.id} className="chip" data-testid="draft-file">
          <Icon name="clip" size={14} /><span className="clip">{file.name}</span><span className="tiny faint num">{size(file.size)}</span>
          <button type="button" className="chip-off" aria-label={t("writing.remove", { name: file.name })} onClick={() => remove(file)}><Icon name="cross" size={12} /></button>
        </li>
      ))}
      {coming.map((each) => <li key={each.id} className="chip"><Icon name="clip" size={14} /><span className="clip">{each.name}</span><progress value={each.share} max={1} aria-label={each.name} /></li>)}
    </ul>
  );
}
