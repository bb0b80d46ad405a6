import { useNavigate } from '@tanstack/react-router';

/** Opens the review drawer (`?review=true`), which back closes again. */
export function useOpenReview(): () => void {
  const navigate = useNavigate();
  return () => {
    void navigate({ to: '.', search: (before) => ({ ...before, review: true }) });
  };
}

/** Closes the review drawer. */
export function useCloseReview(): () => void {
  const navigate = useNavigate();
  return () => {
    void navigate({ to: '.', search: (before) => ({ ...before, review: undefined }), replace: true });
  };
}
