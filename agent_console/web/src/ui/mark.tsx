/** The product's mark: three lines that run into one. */
export function Mark({ size = 22, word = true }: { size?: number; word?: boolean }) {
  return (
    <span className="mark">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0d6b63" />
        <path d="M7 10h4c3 0 4 6 7 6h7M7 16h18M7 22h4c3 0 4-6 7-6" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      </svg>
      {word && <span>Trunkline</span>}
    </span>
  );
}
