import { useEffect, useState } from "react";
import { call } from "../../net/api";
import { useResource } from "../../store/resource";
import { Bones } from "../../ui/panes";
import { shownHtml } from "./documents";

const PAUSE_MS = 300;

/** Markdown as readers see it: the server makes the HTML, and cleans it. */
export function Rendered({ body }: { body: string }) {
  const [rested, setRested] = useState(body);
  useEffect(() => {
    const timer = setTimeout(() => setRested(body), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [body]);
  const [html, setHtml] = useState<string | null>(null);
  const { data } = useResource(rested, () => call<{ html: string }>("POST", "/knowledge/render", { body: rested }));
  useEffect(() => {
    if (data) setHtml(data.html);
  }, [data]);
  if (html === null) return <Bones lines={4} />;
  return <div className="article-text" dangerouslySetInnerHTML={{ __html: shownHtml(html) }} />;
}
