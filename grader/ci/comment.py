"""Comments on a pull request, under the name that workflows say; see grader/platforms/pull_request.py.

python3 -I grader/start.py grader.ci.comment
"""

import sys

from grader.platforms.pull_request import main

if __name__ == "__main__":
    sys.exit(main())
