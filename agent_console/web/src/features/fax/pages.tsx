import "../../styles/fax.css";
import { useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { segment } from "../../net/api";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Banner, Empty } from "../../ui/panes";
import { zoomed, type Fax } from "./fax";

const file = (fax: Fax, what: string): string => `/api/v1/faxes/${segment(fax.id)}/${what}`;

/** The pages of a fax, one under the other: sought by their small pictures, by page keys; + and - make them larger and smaller, 0 as wide as there is room. */
export function FaxPages({ fax }: { fax: Fax }) {
  const { t } = useTranslation();
  const [zoom, setZoom] = useState(0); // 0: as wide as there is room, up to a page's own width
  const [page, setPage] = useState(1);
  const sheets = useRef<HTMLDivElement>(null);
  const turn = (to: number): void => {
    const wanted = Math.min(fax.shown, Math.max(1, to));
    const sheet = sheets.current?.querySelector<HTMLElement>(`[data-page="${wanted}"]`);
    if (sheets.current && sheet) sheets.current.scrollTop = sheet.offsetTop - sheets.current.offsetTop;
    setPage(wanted);
  };
  const larger = (by: 1 | -1): void => setZoom(zoomed(zoom === 0 ? 100 : zoom, by));
  const keys = (event: KeyboardEvent): void => {
    const acts: Record<string, () => void> = {
      PageDown: () => turn(page + 1), PageUp: () => turn(page - 1), Home: () => turn(1), End: () => turn(fax.shown),
      "+": () => larger(1), "=": () => larger(1), "-": () => larger(-1), "0": () => setZoom(0),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  /** The page of which most is seen. */
  const scrolled = (): void => {
    const list = sheets.current;
    if (!list) return;
    const middle = list.scrollTop + list.clientHeight / 3;
    const all = [...list.querySelectorAll<HTMLElement>("[data-page]")];
    const seen = all.findLast((each) => each.offsetTop - list.offsetTop <= middle);
    if (seen) setPage(Number(seen.dataset.page));
  };
  const numbers = Array.from({ length: fax.shown }, (_, place) => place + 1);
  return (
    <div className="fax-pages" data-testid="fax-pages">
      {fax.mark && <Banner tone="ring" icon="warn"><span>{t(`fax.mark_${fax.mark}`)}</span></Banner>}
      <div className="fax-tools">
        {fax.shown > 0 && <>
          <span className="small num fax-at" data-testid="fax-page" aria-live="polite"><span aria-hidden="true">{page} / {fax.shown}</span><span className="vh">{t("fax.page_of", { page, pages: fax.shown })}</span></span>
          <IconButton small icon="up" label={t("fax.page_before")} isDisabled={page <= 1} onPress={() => turn(page - 1)} />
          <IconButton small icon="down" label={t("fax.page_next")} isDisabled={page >= fax.shown} onPress={() => turn(page + 1)} data-testid="fax-next" />
          <IconButton small icon="minus" label={t("fax.smaller")} onPress={() => larger(-1)} />
          <span className="small num fax-zoom">{zoom === 0 ? t("fax.fitted") : `${zoom} %`}</span>
          <IconButton small icon="plus" label={t("fax.larger")} onPress={() => larger(1)} data-testid="fax-larger" />
        </>}
        <span className="grow" />
        {fax.has_pdf && <a className="btn quiet small" href={`${file(fax, "pdf")}?show=true`} target="_blank" rel="noreferrer" data-testid="fax-print">{t("fax.print")}</a>}
        {fax.has_pdf && <a className="btn quiet small" href={file(fax, "pdf")} download data-testid="fax-pdf"><Icon name="arrowIn" size={16} />PDF</a>}
        {fax.has_tiff && <a className="btn quiet small" href={file(fax, "tiff")} download>TIFF</a>}
      </div>
      {fax.shown === 0 ? <Empty icon="fax" title={t("fax.nothing_to_see")} /> : (
        <div className="fax-sheets">
          {fax.shown > 1 && <ol className="fax-thumbs scroll" aria-label={t("fax.pages")}>{numbers.map((each) => (
            <li key={each}><button type="button" className="fax-thumb" aria-current={each === page ? "page" : undefined} onClick={() => turn(each)}><img src={file(fax, `pages/${each}`)} alt="" loading="lazy" /><span className="tiny num">{each}</span></button></li>
          ))}</ol>}
          <div className="fax-sheet-list scroll" ref={sheets} tabIndex={0} role="region" aria-label={t("fax.pages")} onKeyDown={keys} onScroll={scrolled} data-testid="fax-sheets">
            {numbers.map((each) => <img key={each} data-page={each} className="fax-sheet" style={zoom === 0 ? undefined : { width: `${zoom * 8.64}px`, maxWidth: "none" }} src={file(fax, `pages/${each}`)} alt={t("fax.page_of", { page: each, pages: fax.shown })} loading="lazy" />)}
          </div>
        </div>
      )}
    </div>
  );
}
