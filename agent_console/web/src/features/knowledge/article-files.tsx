import { useState, type ChangeEvent } from "react";
import { useTranslation } from "react-i18next";
import { call, Problem, segment } from "../../net/api";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Empty, Wrong } from "../../ui/panes";
import { attempt, tell } from "../../ui/toasts";
import type { ArticleDoc, FileDoc } from "./documents";

/** Small files of an article; a picture can be shown in the text. */
export function ArticleFiles({ article, path, again }: { article: ArticleDoc; path: string; again: () => void }) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    setProblem(await sent(path, file));
    again();
  };
  // what others read changes with its files at once: that is publishing
  const keeps = article.editable && (article.publishable || article.record["state"] !== "published");
  const copy = (file: FileDoc): void => void navigator.clipboard.writeText(`![${file.name}](/help/files/${file.id})`).then(() => tell("knowledge.copied"));
  return (
    <div className="knowledge-panel">
      {article.files.length === 0 && <Empty icon="clip" title={t("knowledge.no_files")} />}
      <ul className="lines airy">
        {article.files.map((file) => (
          <li key={file.id} className="row">
            <Icon name="clip" size={15} />
            <a className="grow clip" href={`/api/v1/knowledge/files/${segment(file.id)}`}>{file.name}</a>
            <span className="tiny faint num">{Math.max(1, Math.round(file.size / 1024))} kB</span>
            {article.editable && file.content_type.startsWith("image/") && <IconButton small icon="note" label={t("knowledge.copy_picture")} onPress={() => copy(file)} />}
            {keeps && <IconButton small icon="trash" label={t("knowledge.remove_file", { name: file.name })} onPress={() => attempt(call("DELETE", `${path}/files/${segment(file.id)}`).then(again))} />}
          </li>
        ))}
      </ul>
      <Wrong problem={problem} />
      {keeps && <label className="btn small file-button"><Icon name="plus" size={16} />{t("knowledge.add_file")}<input className="vh" type="file" onChange={(event) => void add(event)} /></label>}
    </div>
  );
}

async function sent(path: string, file: File): Promise<Problem | null> {
  try {
    const answer = await fetch(`/api/v1${path}/files/${segment(file.name)}`, {
      method: "PUT",
      headers: { "X-Trunkline": "1", "Content-Type": file.type || "application/octet-stream" },
      body: file,
      credentials: "same-origin",
    });
    if (answer.ok) return null;
    const told = (await answer.json()) as { code?: string; params?: Record<string, unknown> };
    return new Problem(told.code ?? `http.${answer.status}`, answer.status, told.params);
  } catch {
    return new Problem("network.lost", 0);
  }
}
