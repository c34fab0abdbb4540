import { useCentre } from "./brand";

/** The organisation's logo and name; without a logo the product's mark: three lines that run into one. */
export function Mark({ size = 22, word = true }: { size?: number; word?: boolean }) {
  const centre = useCentre();
  return (
    <span className="mark" data-testid="mark">
      {centre?.logo ? <img className="mark-logo" src={centre.logo} alt={word ? "" : centre.name} style={{ height: size, maxWidth: word ? size * 6 : size * 1.6 }} /> : (
        <svg className="mark-own" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M7 10h4c3 0 4 6 7 6h7M7 16h18M7 22h4c3 0 4-6 7-6" fill="none" strokeWidth="2.6" strokeLinecap="round" />
        </svg>
      )}
      {word && <span className="clip" dir="auto">{centre?.name ?? "Trunkline"}</span>}
    </span>
  );
}
