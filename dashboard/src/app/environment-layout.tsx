import { Outlet, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { AnchorLink } from '@/components/links';
import { EnvironmentProvider, useProject } from '@/components/project-context';
import { EmptyState } from '@/components/states';
import { DraftBar } from '@/features/review';
import { rememberEnvironment } from '@/lib/environments';

// Fetched at the first review: it brings the diff, which no list needs.
const ReviewDrawer = lazy(() =>
  import('@/features/review/review-drawer').then((module) => ({ default: module.ReviewDrawer })),
);

/** Gives every page of an environment its Environment, the draft bar and the review drawer. */
export function EnvironmentLayout() {
  const project = useProject();
  const { environment: key } = useParams({ from: '/frame/p/$project/e/$environment' });
  const { review } = useSearch({ from: '/frame/p/$project/e/$environment' });
  const environment = project.environments.find((item) => item.key === key);
  const reviewed = useRef(false);
  if (review) reviewed.current = true;
  useEffect(() => {
    if (environment) rememberEnvironment(project.key, environment.key);
  }, [project.key, environment]);
  if (!environment) {
    return (
      <EmptyState
        title={`${project.name} has no environment ${key}`}
        actions={project.environments.map((item) => (
          <AnchorLink
            key={item.key}
            to="/p/$project/e/$environment/flags"
            params={{ project: project.key, environment: item.key }}
          >
            Open {item.name}
          </AnchorLink>
        ))}
      />
    );
  }
  return (
    <EnvironmentProvider environment={environment}>
      <Outlet />
      <DraftBar />
      {reviewed.current && (
        <Suspense>
          <ReviewDrawer opened={review === true} />
        </Suspense>
      )}
    </EnvironmentProvider>
  );
}
