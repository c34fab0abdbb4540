import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import { IconButton } from "../../ui/button";
import { attempt } from "../../ui/toasts";
import { RecordPicker } from "../records/picker";
import type { ArticleDoc } from "./documents";

/** The products that an article is about. */
export function ArticleProducts({ article, again }: { article: ArticleDoc; again: () => void }) {
  const { t } = useTranslation();
  const ids = (article.record["product_ids"] as string[] | null) ?? [];
  const names = article.named["product"] ?? {};
  const set = (next: string[]): void =>
    attempt(call("PATCH", `/records/articles/${segment(article.record.id)}`, { product_ids: next }, { "If-Match": `"${article.record.row_version}"` }).then(again));
  return (
    <section className="article-products">
      <h2 className="label">{t("knowledge.products")}</h2>
      <ul className="chips">
        {ids.map((id) => <li key={id} className="chip">{names[id] ?? t("records.not_named")}{article.editable && <IconButton small icon="cross" label={t("knowledge.remove_product", { name: names[id] ?? "" })} onPress={() => set(ids.filter((each) => each !== id))} />}</li>)}
      </ul>
      {ids.length === 0 && !article.editable && <p className="tiny faint">{t("knowledge.no_products")}</p>}
      {article.editable && <RecordPicker refers="product" value={null} name={null} change={(id) => id && !ids.includes(id) && set([...ids, id])} label={t("knowledge.add_product")} placeholder={t("knowledge.add_product")} linked={false} />}
    </section>
  );
}
