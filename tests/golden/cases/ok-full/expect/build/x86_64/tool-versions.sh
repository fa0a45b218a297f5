echo '# System'
echo "node=$(node --version || echo 'N/A')"
echo "npm=$(npm --version 2>/dev/null | head -1 || echo 'N/A')"
echo '# Python'
echo "numpy=$(python3 -c 'import numpy; print(numpy.__version__)' || echo 'N/A')"
echo '# AI CLIs'
echo "gemini=$(gemini --version || echo 'N/A')"
echo "codex=$(codex --version 2>/dev/null || echo 'N/A')"
